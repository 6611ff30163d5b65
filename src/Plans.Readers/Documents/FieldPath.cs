using System.Globalization;

namespace Orchestrator.Plans.Readers.Documents;

/// <summary>The path of a value in its document, such as <c>tasks[3].files_write[0]</c>. It is formatted only for messages: a large plan
/// has a hundred thousand values, and hardly any has a fault.</summary>
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
