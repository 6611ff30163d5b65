namespace Orchestrator.Plans.Readers.Documents;

/// <summary>Reads YAML or JSON into one tree, in which every value has its position. Plans, gates and settings are read from it.</summary>
public static class DocumentReader
{
    /// <summary>The value in a text, or null when it is empty or invalid.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="faults">Names the file, whose ending <c>.json</c> means JSON, and takes all faults of its syntax.</param>
    /// <param name="hasAliases">Whether YAML anchors and aliases are resolved; otherwise an alias is a fault.</param>
    public static DocumentNode? Read(string text, FaultList faults, bool hasAliases = true) =>
        faults.File.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            ? JsonTree.Read(text, faults)
            : YamlTree.Read(text, faults, hasAliases);
}
