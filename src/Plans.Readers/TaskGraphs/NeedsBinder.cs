namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>Finds the gates that gates of one list name in <c>needs</c>: by a description, a command, or a type.</summary>
internal sealed class NeedsBinder
{
    private readonly List<(int Gate, IReadOnlyList<PlacedText> Names)> _named = [];

    /// <summary>Notes the names that a gate gives.</summary>
    /// <param name="gate">Its place in the list.</param>
    /// <param name="names">The names.</param>
    public void Add(int gate, IReadOnlyList<PlacedText> names)
    {
        if (names.Count > 0)
        {
            _named.Add((gate, names));
        }
    }

    /// <summary>The gates with the commands of those that they need; unknown names and circles are faults.</summary>
    /// <param name="gates">The whole list.</param>
    /// <param name="faults">Takes the faults.</param>
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
                    faults.Error("unknown-gate", name.Node, name.Field, Unknown(gates[at], name.Node.Text.Trim()), Cure(gates, at));
                }
            }
            gates[at] = gates[at] with { Needs = GateNeeds.Of(commands) };
        }
        if (GateOrder.InCircle(gates) is { } gate)
        {
            var first = _named.First(named => gates[named.Gate] == gate).Names[0];
            faults.Error("cycle", first.Node, first.Field, Circle(gate), CircleCure);
        }
        return gates;
    }

    /// <summary>The commands of the gates that a name means, of which there may be several for a type; empty for an unknown name.</summary>
    /// <param name="gates">The list.</param>
    /// <param name="at">The place of the gate that gives the name.</param>
    /// <param name="name">The name.</param>
    public static IReadOnlyList<string> Find(IReadOnlyList<Gate> gates, int at, string name)
    {
        var others = gates.Where((gate, place) => place != at && !gate.IsSameAs(gates[at])).ToList();
        var identity = new Gate(name).Identity.Command;
        var found = others.Where(gate => gate.Description == name || gate.Identity.Command == identity).ToList();
        if (found.Count == 0 && GateGrammar.Types.TryGetValue(name, out var type))
        {
            found = others.Where(gate => gate.Type == type).ToList();
        }
        return [.. found.Select(gate => gate.Command)];
    }

    /// <summary>The message for a name of no gate.</summary>
    public static string Unknown(Gate gate, string name) => $"The gate '{gate.Name}' needs '{name}', which is no other gate of this list.";

    /// <summary>The cure for a name of no gate.</summary>
    public static string Cure(IReadOnlyList<Gate> gates, int at)
    {
        var names = gates.Where((_, place) => place != at).Select(gate => $"'{gate.Name}'").ToList();
        return names.Count == 0
            ? "Add the gate that it needs to the list, or remove the name."
            : $"Name a gate by its description, its command or its type: {string.Join(", ", names)}.";
    }

    /// <summary>The message for a gate that needs itself.</summary>
    public static string Circle(Gate gate) => $"The gate '{gate.Name}' needs itself, directly or by other gates.";

    /// <summary>The cure for a gate that needs itself.</summary>
    public const string CircleCure = "Remove one of the names, so that an order remains.";
}
