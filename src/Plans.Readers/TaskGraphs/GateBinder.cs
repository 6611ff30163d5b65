using Orchestrator.Plans.Readers.Documents;

namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>Reads gates: a command as text, a mapping, a list of both, or a mapping of names to commands.</summary>
internal static class GateBinder
{
    private static readonly KeyTable GateKeys = new("command cmd run", "type kind", "required", "timeout timeout_seconds", "description name", "negate", "exclusive");

    private static readonly string[] CommandKey = ["command"];

    private static readonly Dictionary<string, GateType> TypeWords = new(StringComparer.OrdinalIgnoreCase)
    {
        ["test"] = GateType.Test,
        ["typecheck"] = GateType.TypeCheck,
        ["lint"] = GateType.Lint,
        ["build"] = GateType.Build,
        ["security"] = GateType.Security,
        ["custom"] = GateType.Custom,
        ["tests"] = GateType.Test,
        ["type_check"] = GateType.TypeCheck,
        ["types"] = GateType.TypeCheck,
    };

    /// <summary>The gates of a field, or null when it is not given.</summary>
    public static IReadOnlyList<GateSpec>? Bind(Fields fields, string name)
    {
        if (fields.Node(name) is not { } node)
        {
            return null;
        }

        var gates = new List<GateSpec>();
        Add(node, fields.Join(name), null, gates, fields.Faults);
        return gates;
    }

    private static void Add(DocumentNode node, FieldPath path, string? name, List<GateSpec> gates, FaultList faults)
    {
        switch (node)
        {
            case ScalarNode { IsNull: true }:
                break;
            case ScalarNode text:
                AddCommand(text, path, name, gates, faults);
                break;
            case SequenceNode list:
                for (int i = 0; i < list.Items.Count; i++)
                {
                    Add(list.Items[i], path.At(i), name, gates, faults);
                }

                break;
            case MappingNode mapping when IsGate(mapping):
                AddMapping(mapping, path, name, gates, faults);
                break;
            case MappingNode byName:
                // "test: pytest" under each other: the key is the kind of gate, or its name.
                foreach ((ScalarNode key, DocumentNode value) in byName.Entries)
                {
                    Add(value, $"{path}.{key.Text}", key.Text, gates, faults);
                }

                break;
        }
    }

    // A gate whose 'command' is mistyped must not become several, each with a word of it as its command.
    private static bool IsGate(MappingNode mapping) =>
        mapping.Entries.Count == 0 || mapping.Entries.Exists(e => GateKeys.Find(e.Key.Text) is not null || NearestName.Of(e.Key.Text, CommandKey) is not null);

    private static void AddCommand(ScalarNode text, FieldPath path, string? name, List<GateSpec> gates, FaultList faults)
    {
        if (string.IsNullOrWhiteSpace(text.Text))
        {
            faults.Error("bad-value", text, path, "The gate's command is empty.", "Write the command whose exit code says whether the work is good, such as 'pytest tests/test_auth.py'.");
            return;
        }

        string command = text.Text.Trim();
        bool isType = name is not null && TypeWords.ContainsKey(name);
        gates.Add(new GateSpec(command, isType ? TypeWords[name!] : GateCommand.GuessType(command), Description: isType ? null : name));
    }

    private static void AddMapping(MappingNode mapping, FieldPath path, string? name, List<GateSpec> gates, FaultList faults)
    {
        var fields = new Fields(mapping, path.ToString(), GateKeys, faults, "a gate");
        string? command = fields.Text("command")?.Trim();
        if (string.IsNullOrEmpty(command))
        {
            fields.Missing("command", "The gate has no command.", "Add 'command:' with what is to be run, such as 'pytest tests/test_auth.py'.");
            return;
        }

        bool isType = name is not null && TypeWords.ContainsKey(name);
        gates.Add(new GateSpec(
            command,
            fields.Word("type", TypeWords) ?? (isType ? TypeWords[name!] : GateCommand.GuessType(command)),
            fields.Bool("required") ?? true,
            fields.Duration("timeout"),
            fields.Text("description") ?? (isType ? null : name),
            fields.Bool("negate") ?? false,
            Exclusive(fields)));
    }

    private static string? Exclusive(Fields fields)
    {
        string? name = fields.Text("exclusive")?.Trim();
        if (name is null || ExclusiveName.IsValid(name))
        {
            return name;
        }

        fields.Faults.Error("bad-value", fields.Node("exclusive")!, fields.Join("exclusive"), $"'{name}' can't be what a gate has for itself.", ExclusiveName.Rule);
        return null;
    }
}
