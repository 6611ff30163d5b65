using Orchestrator.Plans.Readers.TaskGraphs;

namespace Orchestrator.Settings;

/// <summary>
/// Setting type for lists of gates. Each gate is either a command, or a mapping with <c>command</c> and other members that a gate in a plan
/// may have.
/// </summary>
internal static class GateListSettingConverter
{
    public static SettingValueConverter<IReadOnlyList<Gate>?> Gates { get; } =
        new("a list of commands, or of mappings with the key 'command'", Read, Write);

    // A misspelled member is an error here, because ignoring 'required: false' or 'timeout' would define another gate.
    private static bool Read(YamlOrJsonNode raw, FaultSink faults, out IReadOnlyList<Gate>? value)
    {
        var found = new FaultList("");
        value = GateDefinitionReader.Read(raw, "", found, FaultSeverity.Error);
        var all = found.Sorted();
        foreach (var fault in all)
        {
            faults(fault.Message, fault.Line, fault.Cure, fault.Field);
        }
        return all.Count == 0;
    }

    private static string Write(IReadOnlyList<Gate>? gates) =>
        gates is null ? "detected" : "[" + string.Join(", ", gates.Select(WriteGate)) + "]";

    private static string WriteGate(Gate gate)
    {
        if (gate == GateDefinitionGrammar.Of(gate.Command))
        {
            return CommonSettingConverters.Quote(gate.Command);
        }
        var members = new List<string> { "command: " + CommonSettingConverters.Quote(gate.Command) };
        if (gate.Type != GateDefinitionGrammar.Of(gate.Command).Type)
        {
            members.Add("type: " + gate.Type.ToString().ToLowerInvariant());
        }
        if (!gate.Required)
        {
            members.Add("required: false");
        }
        if (gate.Timeout is { } timeout)
        {
            members.Add("timeout: " + Durations.Write(timeout));
        }
        if (gate.Description is { } description)
        {
            members.Add("description: " + CommonSettingConverters.Quote(description));
        }
        if (gate.Negate)
        {
            members.Add("negate: true");
        }
        if (gate.Exclusive is { } exclusive)
        {
            members.Add("exclusive: " + CommonSettingConverters.Quote(exclusive));
        }
        if (gate.Cache is { } cache)
        {
            members.Add(cache ? "cache: true" : "cache: false");
        }
        if (gate.Clean)
        {
            members.Add("clean: true");
        }
        if (gate.Needs is { } needs)
        {
            members.Add("needs: [" + string.Join(", ", needs.Select(CommonSettingConverters.Quote)) + "]");
        }
        if (gate.Network is { } network)
        {
            members.Add("network: [" + string.Join(", ", network.Select(CommonSettingConverters.Quote)) + "]");
        }
        if (gate.Covers is { } covers)
        {
            members.Add("covers: [" + string.Join(", ", covers.Select(CommonSettingConverters.Quote)) + "]");
        }
        return "{" + string.Join(", ", members) + "}";
    }
}
