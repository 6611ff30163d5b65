using System.Globalization;

namespace Orchestrator.Plans.Readers.Documents;

/// <summary>Where a value stands in its document, such as <c>tasks[3].files_write[0]</c>. It is written out only when something is said
/// about the value: of a large plan there are a hundred thousand, and hardly ever is one of them faulty.</summary>
/// <param name="Mapping">The path of the mapping; empty for the document itself.</param>
/// <param name="Name">The key in it; null for the mapping itself.</param>
/// <param name="Index">The place in the list that the key holds; less than 0 for the whole.</param>
internal readonly record struct FieldPath(string Mapping, string? Name = null, int Index = -1)
{
    public static implicit operator FieldPath(string path) => new(path);

    /// <summary>An item of the list here.</summary>
    public FieldPath At(int index) => Index < 0 ? this with { Index = index } : new FieldPath(ToString(), null, index);

    /// <inheritdoc/>
    public override string ToString()
    {
        var field =
            Name is null ? Mapping
            : Mapping.Length == 0 ? Name
            : $"{Mapping}.{Name}";
        return Index < 0 ? field : string.Create(CultureInfo.InvariantCulture, $"{field}[{Index}]");
    }
}
