using System.CodeDom.Compiler;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Quiver.Tests.Support;

/// <summary>
/// Every type that a type's compiled form mentions: in signatures, attributes, locals and instructions. It sees through aliases, global
/// usings and relative names, which a search of the source does not. Blind to what the compiler folds away: constants and nameof.
/// </summary>
internal static class TypeReferences
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<ushort, OpCode> OpCodeOf = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (ushort)code.Value);

    /// <summary>Which namespaces below <paramref name="root"/> mention which: pairs of their first parts, "Encoding" → "Models".</summary>
    public static IReadOnlySet<(string From, string To)> BetweenFolders(Assembly assembly, string root)
    {
        var edges = new HashSet<(string, string)>();
        foreach (var type in assembly.GetTypes())
        {
            if (FolderOf(type, root) is not { } from)
                continue;
            foreach (var mentioned in Of(type))
            {
                if (FolderOf(mentioned, root) is { } to && to != from)
                    edges.Add((from, to));
            }
        }

        return edges;
    }

    /// <summary>The first part of a type's namespace below the root, or null where it is not below.</summary>
    public static string? FolderOf(Type type, string root) =>
        type.Namespace is { } name && name.StartsWith(root + ".", StringComparison.Ordinal)
            ? name[(root.Length + 1)..].Split('.')[0]
            : null;

    /// <summary>The classes somebody wrote: no delegates, closures or generated ones, not the Program of top-level statements.</summary>
    public static IReadOnlyList<Type> OwnClasses(Assembly assembly) =>
        [.. assembly.GetTypes().Where(type => type.IsClass && type.Namespace is not null && !type.IsSubclassOf(typeof(Delegate)) && !IsGenerated(type))];

    public static IReadOnlySet<Type> Of(Type type)
    {
        var found = new HashSet<Type>();
        Add(found, type.BaseType);
        AddAll(found, type.GetInterfaces());
        AddAll(found, type.GetGenericArguments());
        AddAttributes(found, type);
        foreach (var member in type.GetMembers(Declared))
        {
            AddAttributes(found, member);
            if (member is not Type)
                AddMember(found, member);
            if (member is MethodBase method)
                AddBody(found, method);
        }

        return found;
    }

    private static bool IsGenerated(Type type) =>
        type.Name.Contains('<', StringComparison.Ordinal)
            || type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
            || type.IsDefined(typeof(GeneratedCodeAttribute), inherit: false);

    private static void AddMember(HashSet<Type> found, MemberInfo member)
    {
        Add(found, member.DeclaringType);
        switch (member)
        {
            case FieldInfo field: Add(found, field.FieldType); break;
            case PropertyInfo property: Add(found, property.PropertyType); break;
            case EventInfo declared: Add(found, declared.EventHandlerType); break;
            case MethodBase method:
                AddAll(found, method.GetParameters().Select(parameter => parameter.ParameterType));
                if (method.IsGenericMethod)
                    AddAll(found, method.GetGenericArguments());
                Add(found, (method as MethodInfo)?.ReturnType);
                break;
        }
    }

    private static void AddBody(HashSet<Type> found, MethodBase method)
    {
        if (method.GetMethodBody() is not { } body)
            return;
        AddAll(found, body.LocalVariables.Select(local => local.LocalType));
        AddAll(found, body.ExceptionHandlingClauses
            .Where(clause => clause.Flags == ExceptionHandlingClauseOptions.Clause)
            .Select(clause => clause.CatchType!));

        var typeArguments = method.DeclaringType!.GetGenericArguments();
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : [];
        foreach (var token in Tokens(body.GetILAsByteArray()!))
        {
            switch (method.Module.ResolveMember(token, typeArguments, methodArguments))
            {
                case Type type: Add(found, type); break;
                case { } member: AddMember(found, member); break;
            }
        }
    }

    /// <summary>The metadata tokens in a method's instructions (ECMA-335, partition III).</summary>
    private static IEnumerable<int> Tokens(byte[] il)
    {
        for (var at = 0; at < il.Length;)
        {
            var value = (ushort)il[at++];
            if (value == 0xFE)
                value = (ushort)(0xFE00 | il[at++]);
            var operand = OpCodeOf[value].OperandType;
            if (operand is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
                yield return BitConverter.ToInt32(il, at);
            at += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il, at),
                _ => 4,
            };
        }
    }

    private static void AddAttributes(HashSet<Type> found, MemberInfo member)
    {
        foreach (var attribute in member.GetCustomAttributesData())
        {
            Add(found, attribute.AttributeType);
            AddAll(found, attribute.ConstructorArguments.Select(argument => argument.Value).OfType<Type>());
        }
    }

    private static void AddAll(HashSet<Type> found, IEnumerable<Type> types)
    {
        foreach (var type in types)
            Add(found, type);
    }

    private static void Add(HashSet<Type> found, Type? type)
    {
        if (type is null || !found.Add(type))
            return;
        if (type.HasElementType)
            Add(found, type.GetElementType());
        if (type.IsGenericType)
            AddAll(found, type.GetGenericArguments());
        if (type.IsGenericParameter)
            AddAll(found, type.GetGenericParameterConstraints());
    }
}
