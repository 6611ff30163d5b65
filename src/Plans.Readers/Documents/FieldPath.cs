using System.Globalization;

namespace Orchestrator.Plans.Readers.Documents;

/// <summary>
/// Path of a value in its document, such as <c>tasks[3].files_write[0]</c>. Converted to text only for messages, because large plans have
/// several hundred thousand values, most of which are valid.
/// </summary>
/// <param name="Mapping">Path of the mapping; empty for the document itself.</param>
/// <param name="Name">Key in the mapping, or null for the mapping itself.</param>
/// <param name="Index">Index in the list under the key, or a negative number for the list or value as a whole.</param>
internal readonly record struct FieldPath(string Mapping, string? Name = null, int Index = -1)
{
    public static implicit operator FieldPath(string path) => new(path);

    /// <summary>Returns the path of an item in the list that has this path.</summary>
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
