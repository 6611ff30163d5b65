namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>
/// Resolves the names that gates list in their key <c>needs</c>. A name refers to another gate in the same list by description, command or
/// type.
/// </summary>
internal sealed class GateDependencyResolver
{
    private readonly List<(int Gate, IReadOnlyList<PositionedText> Names)> _named = [];

    /// <summary>Records the names of the gates that a gate needs.</summary>
    /// <param name="gate">Index of the gate in the list.</param>
    /// <param name="names">Names as written in the plan.</param>
    public void Add(int gate, IReadOnlyList<PositionedText> names)
    {
        if (names.Count > 0)
        {
            _named.Add((gate, names));
        }
    }

    /// <summary>Returns the gates, each with the commands of the gates that it needs. Reports unknown names and cycles as errors.</summary>
    /// <param name="gates">All gates of the list.</param>
    /// <param name="faults">Receives the faults.</param>
    public List<Gate> Resolve(List<Gate> gates, FaultList faults)
    {
        foreach (var (at, names) in _named)
        {
            List<string> commands = [];
            foreach (var name in names)
            {
                var found = Find(gates, at, name.Node.Text.Trim());
                commands.AddRange(found);
                if (found.Count == 0)
                {
                    faults.Error("unknown-gate", name.Node, name.Field, Unknown(gates[at], name.Node.Text.Trim()), SuggestFix(gates, at));
                }
            }
            gates[at] = gates[at] with { Needs = DistinctTextList.Of(commands) };
        }
        if (GateOrder.FindCycle(gates) is { } gate)
        {
            var first = _named.First(named => gates[named.Gate] == gate).Names[0];
            faults.Error("cycle", first.Node, first.Field, CycleMessage(gate), CircleCure);
        }
        return gates;
    }

    /// <summary>
    /// Returns the commands of the gates that a name refers to. The name of a gate type can refer to several gates. Empty if the name is
    /// unknown.
    /// </summary>
    /// <param name="gates">All gates of the list.</param>
    /// <param name="at">Index of the gate that uses the name.</param>
    /// <param name="name">Name to resolve.</param>
    public static IReadOnlyList<string> Find(IReadOnlyList<Gate> gates, int at, string name)
    {
        var others = gates.Where((gate, place) => place != at && !gate.IsSameAs(gates[at])).ToList();
        var identity = new Gate(name).Identity.Command;
        var found = others.Where(gate => gate.Description == name || gate.Identity.Command == identity).ToList();
        if (found.Count == 0 && GateDefinitionGrammar.Types.TryGetValue(name, out var type))
        {
            found = others.Where(gate => gate.Type == type).ToList();
        }
        return [.. found.Select(gate => gate.Command)];
    }

    /// <summary>Returns the message for an unknown gate name.</summary>
    public static string Unknown(Gate gate, string name) =>
        $"The gate '{gate.Name}' needs '{name}', which is not another gate in " + "this list.";

    /// <summary>Returns the suggested fix for an unknown gate name.</summary>
    public static string SuggestFix(IReadOnlyList<Gate> gates, int at)
    {
        var names = gates.Where((_, place) => place != at).Select(gate => $"'{gate.Name}'").ToList();
        return names.Count == 0
            ? "Add the needed gate to the list, or remove its name."
            : $"Name a gate by its description, its command or its type: {string.Join(", ", names)}.";
    }

    /// <summary>Returns the error message for a gate that depends on itself, directly or through other gates.</summary>
    public static string CycleMessage(Gate gate) => $"The gate '{gate.Name}' needs itself, directly or through other gates.";

    /// <summary>Suggested fix if a gate depends on itself.</summary>
    public const string CircleCure = "Remove one of the names to break the cycle.";
}
