using Quiver.Tests.Sight.Seen;
using Quiver.Tests.Support;

namespace Quiver.Tests
{
    /// <summary>The eyes of the architecture tests: were they blind, those tests could not fail.</summary>
    public sealed class TypeReferencesTests
    {
        [Theory]
        [InlineData(typeof(Sight.Seeing.InAField))]
        [InlineData(typeof(Sight.Seeing.InABase))]
        [InlineData(typeof(Sight.Seeing.InASignature))]
        [InlineData(typeof(Sight.Seeing.InAnInstruction))]
        [InlineData(typeof(Sight.Seeing.InAGenericArgument))]
        [InlineData(typeof(Sight.Seeing.InAnAttribute))]
        [InlineData(typeof(Sight.Seeing.InACatch))]
        [InlineData(typeof(Sight.Seeing.InAnArrayType))]
        [InlineData(typeof(Sight.Seeing.InAConstraint<>))]
        public void A_mention_is_found_wherever_it_is(Type type) =>
            Assert.Contains(TypeReferences.Of(type), found => found == typeof(Target));

        [Fact]
        public void A_mention_in_a_lambda_or_an_async_method_is_the_folders()
        {
            var edges = TypeReferences.BetweenFolders(typeof(Target).Assembly, "Quiver.Tests.Sight");
            Assert.Contains(("Seeing", "Seen"), edges);
            Assert.Contains(("SeeingInside", "Seen"), edges);
            Assert.DoesNotContain(("Seen", "Seeing"), edges);
            Assert.DoesNotContain(("Blind", "Seen"), edges);
        }
    }
}

namespace Quiver.Tests.Sight.Seen
{
    internal class Target : Exception
    {
        public static int Count() => 1;
    }

    [AttributeUsage(AttributeTargets.All)]
    internal sealed class TargetAttribute(Type type) : Attribute
    {
        public Type Type => type;
    }
}

namespace Quiver.Tests.Sight.Blind
{
    internal sealed class Nothing
    {
        public static string Name() => "Quiver.Tests.Sight.Seen.Target";
    }
}

namespace Quiver.Tests.Sight.SeeingInside
{
    internal sealed class Async
    {
        public static async Task<object> Run()
        {
            await Task.Yield();
            return ((Func<int>)(() => Target.Count()))();
        }
    }
}

namespace Quiver.Tests.Sight.Seeing
{
    internal sealed class InAField
    {
        public Target? Value { get; set; }
    }

    internal sealed class InABase : Target;

    internal sealed class InASignature
    {
        public static void Take(ref Target? target) => target = null;
    }

    internal sealed class InAnInstruction
    {
        public static int Call() => Target.Count();
    }

    internal sealed class InAGenericArgument
    {
        public static int Count() => new List<Dictionary<string, Target>>().Count;
    }

    [Target(typeof(Target))]
    internal sealed class InAnAttribute;

    internal sealed class InACatch
    {
        public static void Run(Action action)
        {
            try { action(); }
            catch (Target) { }
        }
    }

    internal sealed class InAnArrayType
    {
        public static Type Name() => typeof(Target[,]);
    }

    internal sealed class InAConstraint<T>
        where T : Target
    {
        public T? Value { get; set; }
    }
}
