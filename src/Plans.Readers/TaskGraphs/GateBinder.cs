namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>Reads gates: a command as text, a mapping, a list of both, or a mapping of names to commands.</summary>
internal static class GateBinder
{
    /// <summary>The gates of a field, or null when it is not given.</summary>
    public static IReadOnlyList<Gate>? Bind(Fields fields, string name)
    {
        if (fields.Node(name) is not { } node)
        {
            return null;
        }
        var gates = new List<Gate>();
        Add(node, fields.Join(name), null, gates, fields.Faults);
        return gates;
    }

    private static void Add(DocumentNode node, FieldPath path, string? name, List<Gate> gates, FaultList faults)
    {
        switch (node)
        {
            case ScalarNode { IsNull: true }:
                break;
            case ScalarNode text:
                AddCommand(text, path, name, gates, faults);
                break;
            case SequenceNode list:
                for (var i = 0; i < list.Items.Count; i++)
                {
                    Add(list.Items[i], path.At(i), name, gates, faults);
                }
                break;
            case MappingNode mapping when GateGrammar.IsOneGate([.. mapping.Entries.Select(e => e.Key.Text)]):
                AddMapping(mapping, path, name, gates, faults);
                break;
            case MappingNode byName:
                // "test: pytest" under each other: the key is the type of gate, or its name.
                foreach ((var key, var value) in byName.Entries)
                {
                    Add(value, $"{path}.{key.Text}", key.Text, gates, faults);
                }
                break;
        }
    }

    private static void AddCommand(ScalarNode text, FieldPath path, string? name, List<Gate> gates, FaultList faults)
    {
        if (string.IsNullOrWhiteSpace(text.Text))
        {
            faults.Error(
                "bad-value",
                text,
                path,
                "The gate's command is empty.",
                "Write the command whose exit code says whether the work is good, such as 'pytest tests/test_auth.py'."
            );
            return;
        }
        gates.Add(GateGrammar.Of(text.Text.Trim(), name));
    }

    private static void AddMapping(MappingNode mapping, FieldPath path, string? name, List<Gate> gates, FaultList faults)
    {
        var fields = new Fields(mapping, path.ToString(), GateGrammar.Keys, faults, "a gate");
        var command = fields.Text("command")?.Trim();
        if (string.IsNullOrEmpty(command))
        {
            fields.Missing(
                "command",
                "The gate has no command.",
                "Add 'command:' with what is to be run, such as 'pytest tests/test_auth.py'."
            );
            return;
        }
        var gate = GateGrammar.Of(command, name, fields.Word("type", GateGrammar.Types), fields.Text("description"));
        gates.Add(
            gate with
            {
                Required = fields.Bool("required") ?? true,
                Timeout = fields.Duration("timeout"),
                Negate = fields.Bool("negate") ?? false,
                Exclusive = Exclusive(fields),
                Cache = fields.Bool("cache"),
            }
        );
    }

    /// <summary>The exclusive name of a gate; null where there is none, or it is invalid.</summary>
    public static string? Exclusive(Fields fields)
    {
        var name = fields.Text("exclusive")?.Trim();
        if (name is null || ExclusiveName.IsValid(name))
        {
            return name;
        }
        fields.Faults.Error(
            "bad-value",
            fields.Node("exclusive")!,
            fields.Join("exclusive"),
            $"'{name}' can't be what a gate has for itself.",
            ExclusiveName.Rule
        );
        return null;
    }
}
