namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>
/// Reads a list of gates from a plan or settings file. The value may be a command, a mapping that describes one gate, a mapping from names
/// to commands, or a list of these.
/// </summary>
public sealed class GateDefinitionReader
{
    private readonly List<Gate> _gates = [];
    private readonly GateDependencyResolver _needs = new();
    private readonly FaultList _faults;
    private readonly FaultSeverity _unknown;

    private GateDefinitionReader(FaultList faults, FaultSeverity unknown)
    {
        _faults = faults;
        _unknown = unknown;
    }

    /// <summary>Reads the gates that a value describes, and reports invalid gates as errors.</summary>
    /// <param name="node">Node that contains the gates.</param>
    /// <param name="field">Path of the value in the document.</param>
    /// <param name="faults">Receives the faults.</param>
    /// <param name="unknown">Severity of the fault for unknown members.</param>
    public static IReadOnlyList<Gate> Read(
        YamlOrJsonNode node,
        string field,
        FaultList faults,
        FaultSeverity unknown = FaultSeverity.Warning
    ) => Bind(node, field, new GateDefinitionReader(faults, unknown));

    /// <summary>Reads the gates in a field. Returns null if the field is missing.</summary>
    internal static IReadOnlyList<Gate>? Bind(YamlOrJsonMappingReader fields, string name) =>
        fields.Node(name) is { } node
            ? Bind(node, fields.Join(name), new GateDefinitionReader(fields.Faults, FaultSeverity.Warning))
            : null;

    private static List<Gate> Bind(YamlOrJsonNode node, FieldPath path, GateDefinitionReader binder)
    {
        binder.Add(node, path, null);
        return binder._needs.Resolve(binder._gates, binder._faults);
    }

    private void Add(YamlOrJsonNode node, FieldPath path, string? name)
    {
        switch (node)
        {
            case ScalarNode text:
                AddCommand(text, path, name);
                break;
            case SequenceNode list:
                for (var i = 0; i < list.Items.Count; i++)
                {
                    Add(list.Items[i], path.At(i), name);
                }
                break;
            case MappingNode mapping when GateDefinitionGrammar.IsOneGate([.. mapping.Entries.Select(e => e.Key.Text)]):
                AddMapping(mapping, path, name);
                break;
            case MappingNode byName:
                // In entries such as "test: pytest", the key is the gate's type or name.
                foreach ((var key, var value) in byName.Entries)
                {
                    Add(value, $"{path}.{key.Text}", key.Text);
                }
                break;
        }
    }

    private void AddCommand(ScalarNode text, FieldPath path, string? name)
    {
        if (text.IsNull || string.IsNullOrWhiteSpace(text.Text))
        {
            _faults.Error(
                "bad-value",
                text,
                path,
                "The gate's command is empty.",
                "Write a command that fails if the work is wrong, such as 'pytest tests/test_auth.py'."
            );
            return;
        }
        _gates.Add(GateDefinitionGrammar.Of(text.Text.Trim(), name));
    }

    private void AddMapping(MappingNode mapping, FieldPath path, string? name)
    {
        var fields = new YamlOrJsonMappingReader(mapping, path.ToString(), GateDefinitionGrammar.Keys, _faults, "a gate", _unknown);
        var command = fields.Text("command")?.Trim();
        if (string.IsNullOrEmpty(command))
        {
            fields.Missing(
                "command",
                "The gate has no command.",
                "Add 'command:' with the command to run, such as 'pytest tests/test_auth.py'."
            );
            return;
        }
        var gate = GateDefinitionGrammar.Of(command, name, fields.Word("type", GateDefinitionGrammar.Types), fields.Text("description"));
        _gates.Add(
            gate with
            {
                Required = fields.Bool("required") ?? true,
                Timeout = fields.Duration("timeout"),
                Negate = fields.Bool("negate") ?? false,
                Exclusive = Exclusive(fields),
                Cache = fields.Bool("cache"),
                Clean = fields.Bool("clean") ?? false,
                Network = fields.Hosts("network"),
                Covers = DistinctTextList.Of(PlanPathNormalizer.Read(fields.Texts("covers") ?? [], fields.Faults)),
            }
        );
        _needs.Add(_gates.Count - 1, fields.Texts("needs") ?? []);
    }

    /// <summary>
    /// Reads a gate's key <c>exclusive</c>, a name shared by gates that must not run at the same time. Returns null if the key is missing
    /// or invalid.
    /// </summary>
    internal static string? Exclusive(YamlOrJsonMappingReader fields)
    {
        var name = fields.Text("exclusive")?.Trim();
        if (name is null || ExclusiveGateNameValidator.IsValid(name))
        {
            return name;
        }
        fields.Faults.Error(
            "bad-value",
            fields.Node("exclusive")!,
            fields.Join("exclusive"),
            $"'{name}' is not a valid name for an exclusive gate.",
            ExclusiveGateNameValidator.Rule
        );
        return null;
    }
}
