namespace Quiver.Tokenization.PostProcessing;

internal enum TemplatePart { First, Second, Special }

/// <summary>One place of a template: all ids of a text, or ids that are always there.</summary>
internal readonly record struct TemplateItem(TemplatePart Part, int TypeId, int[] Ids);

/// <summary>What is put around a text, or around the two texts of a pair. Each text stands exactly once.</summary>
internal sealed class Template
{
    /// <param name="items">With one First, and one Second if it is for a pair.</param>
    public Template(IReadOnlyList<TemplateItem> items)
    {
        Items = [.. items];
        SpecialCount = items.Where(item => item.Part == TemplatePart.Special).Sum(item => item.Ids.Length);
        WithoutSpecials = SpecialCount == 0 ? this : new Template([.. items.Where(item => item.Part != TemplatePart.Special)]);
        var text = Array.FindIndex(Items, item => item.Part == TemplatePart.First);
        Prefix = [.. Items[..text].SelectMany(item => item.Ids)];
        Suffix = [.. Items[(text + 1)..].SelectMany(item => item.Ids)];
        HasTypes = Items.Any(item => item.TypeId != 0);
    }

    public TemplateItem[] Items { get; }

    /// <summary>Ids that are added to those of the texts.</summary>
    public int SpecialCount { get; }

    /// <summary>The same order and types with nothing added.</summary>
    public Template WithoutSpecials { get; }

    /// <summary>In a template for one text, the ids before and behind it.</summary>
    public int[] Prefix { get; }

    public int[] Suffix { get; }

    /// <summary>Whether any type id is other than 0.</summary>
    public bool HasTypes { get; }
}
