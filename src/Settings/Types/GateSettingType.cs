namespace Orchestrator.Settings;

/// <summary>Lists of gates: each a command, or a mapping with <c>command</c> and the other members of a plan's
/// <c>verification</c>.</summary>
internal static class GateSettingType
{
    private static readonly SettingType<string> Kind = SettingTypes.OneOf([.. GateGrammar.Types.Keys]);
    private static readonly SettingType<TimeSpan> Limit = SettingTypes.Time(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1));

    public static SettingType<IReadOnlyList<Gate>?> Gates { get; } = new("a list of commands, or of mappings with 'command'", Read, Write);

    private static bool Read(RawValue raw, FaultSink faults, out IReadOnlyList<Gate>? value)
    {
        var gates = new List<Gate>();
        value = gates;
        return ReadGates(raw, null, faults, gates);
    }

    private static bool ReadGates(RawValue raw, string? under, FaultSink faults, List<Gate> gates)
    {
        switch (raw)
        {
            case RawList list:
                return list.Items.Aggregate(true, (good, item) => ReadGates(item, under, faults, gates) & good);
            case RawMap map when GateGrammar.IsOneGate([.. map.Entries.Select(e => e.Key)]):
                return ReadMapping(map, under, faults, gates);
            case RawMap map:
                return map.Entries.Aggregate(true, (good, entry) => ReadGates(entry.Value, entry.Key, faults, gates) & good);
            default:
                if (!SettingTypes.Text.TryRead(raw, faults, out var command))
                {
                    return false;
                }
                gates.Add(GateGrammar.Of(command, under));
                return true;
        }
    }

    private static bool ReadMapping(RawMap map, string? under, FaultSink faults, List<Gate> gates)
    {
        var good = true;
        var gate = new Gate("");
        GateType? said = null;
        foreach (var entry in map.Entries)
        {
            switch (GateGrammar.Keys.Find(entry.Key))
            {
                case "command":
                    good &= SettingTypes.Text.TryRead(entry.Value, faults, out var command);
                    gate = gate with { Command = command };
                    break;
                case "description":
                    good &= SettingTypes.Text.TryRead(entry.Value, faults, out var description);
                    gate = gate with { Description = description };
                    break;
                case "type":
                    good &= Kind.TryRead(entry.Value, faults, out var kind);
                    said = GateGrammar.Types.TryGetValue(kind, out var type) ? type : null;
                    break;
                case "required":
                    good &= SettingTypes.Switch.TryRead(entry.Value, faults, out var required);
                    gate = gate with { Required = required };
                    break;
                case "negate":
                    good &= SettingTypes.Switch.TryRead(entry.Value, faults, out var negate);
                    gate = gate with { Negate = negate };
                    break;
                case "cache":
                    good &= SettingTypes.Switch.TryRead(entry.Value, faults, out var cache);
                    gate = gate with { Cache = cache };
                    break;
                case "exclusive":
                    good &= ReadExclusive(entry.Value, faults, out var exclusive);
                    gate = gate with { Exclusive = exclusive };
                    break;
                case "timeout":
                    good &= Limit.TryRead(entry.Value, faults, out var timeout);
                    gate = gate with { Timeout = timeout };
                    break;
                default:
                    var near = GateGrammar.Keys.Nearest(entry.Key);
                    faults($"a gate has no '{entry.Key}'{(near is null ? "" : $"; '{near}' is near")}.", entry.Line);
                    good = false;
                    break;
            }
        }
        if (good && gate.Command.Length == 0)
        {
            faults("a gate needs a 'command'.", map.Line);
            good = false;
        }
        var meant = GateGrammar.Of(gate.Command, under, said, gate.Description);
        gates.Add(gate with { Type = meant.Type, Description = meant.Description });
        return good;
    }

    private static bool ReadExclusive(RawValue raw, FaultSink faults, out string name)
    {
        if (!SettingTypes.Text.TryRead(raw, faults, out name))
        {
            return false;
        }
        if (ExclusiveName.IsValid(name))
        {
            return true;
        }
        faults($"'{name}' can't be what a gate has for itself ('exclusive'). {ExclusiveName.Rule}", raw.Line);
        return false;
    }

    private static string Write(IReadOnlyList<Gate>? gates) =>
        gates is null ? "found" : "[" + string.Join(", ", gates.Select(WriteGate)) + "]";

    private static string WriteGate(Gate gate)
    {
        if (gate == GateGrammar.Of(gate.Command))
        {
            return SettingTypes.Quote(gate.Command);
        }
        var members = new List<string> { "command: " + SettingTypes.Quote(gate.Command) };
        if (gate.Type != GateGrammar.Of(gate.Command).Type)
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
            members.Add("description: " + SettingTypes.Quote(description));
        }
        if (gate.Negate)
        {
            members.Add("negate: true");
        }
        if (gate.Exclusive is { } exclusive)
        {
            members.Add("exclusive: " + SettingTypes.Quote(exclusive));
        }
        if (gate.Cache is { } cache)
        {
            members.Add(cache ? "cache: true" : "cache: false");
        }
        return "{" + string.Join(", ", members) + "}";
    }
}
