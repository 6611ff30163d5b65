namespace Orchestrator.Plans.Readers.Documents;

/// <summary>Parses YAML or JSON into a tree in which every value has a position. Used for plans, gates and settings.</summary>
public static class YamlOrJsonParser
{
    /// <summary>Parses a text. Returns null if the text is empty or invalid.</summary>
    /// <param name="text">Text to parse.</param>
    /// <param name="faults">List that receives all syntax faults. If its file name ends with <c>.json</c>, the text is parsed as
    /// JSON.</param>
    /// <param name="hasAliases">True to resolve YAML anchors and aliases. If false, an alias is a fault.</param>
    public static YamlOrJsonNode? Read(string text, FaultList faults, bool hasAliases = true) =>
        faults.File.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            ? JsonTreeParser.Read(text, faults)
            : YamlTreeParser.Read(text, faults, hasAliases);
}
