namespace Orchestrator.Plans.Readers.Documents;

/// <summary>Parses YAML or JSON into a tree in which every value has a position. Used for plans, gates and settings.</summary>
public static class DocumentReader
{
    /// <summary>Parses a text, or returns null if it is empty or invalid.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="faults">Receives all syntax faults. The extension <c>.json</c> of its file name selects JSON.</param>
    /// <param name="hasAliases">True to resolve YAML anchors and aliases; otherwise an alias is a fault.</param>
    public static DocumentNode? Read(string text, FaultList faults, bool hasAliases = true) =>
        faults.File.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            ? JsonTree.Read(text, faults)
            : YamlTree.Read(text, faults, hasAliases);
}
