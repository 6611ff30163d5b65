using System.Globalization;

namespace Orchestrator.Plans.Readers.Documents;

/// <summary>
/// Path of a value in its document, such as <c>tasks[3].files_write[0]</c>. The text is created only for messages, because a large plan has
/// a hundred thousand values and hardly any of them is invalid.
/// </summary>
/// <param name="Mapping">Path of the mapping; empty for the document itself.</param>
/// <param name="Name">Key in the mapping, or null for the mapping itself.</param>
/// <param name="Index">Index in the list under the key, or a negative number for the list or value as a whole.</param>
internal readonly record struct FieldPath(string Mapping, string? Name = null, int Index = -1)
{
    public static implicit operator FieldPath(string path) => new(path);

    /// <summary>Returns the path of a list item. This path must be that of the list.</summary>
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
