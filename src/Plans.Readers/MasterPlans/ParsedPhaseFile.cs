namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>Parsed content of a phase file.</summary>
internal sealed class ParsedPhaseFile
{
    public string? Title { get; init; }

    public string? Number { get; init; }

    public (string Text, int Line)? Status { get; init; }

    public (string Text, int Line)? DependsOn { get; init; }

    public IReadOnlyList<string> RequiredAgents { get; init; } = [];

    public IReadOnlyList<string> RequiredSteps { get; init; } = [];

    public IReadOnlyList<string> NotesInput { get; init; } = [];

    public IReadOnlyList<string> NotesOutput { get; init; } = [];

    public IReadOnlyList<Gate> Gates { get; init; } = [];

    /// <summary>Line number of each gate.</summary>
    public IReadOnlyList<int> GateLines { get; init; } = [];

    public IReadOnlyList<ChecklistItem> Checklist { get; init; } = [];

    /// <summary>
    /// Text for the agent. Consists of the phase file without its heading, metadata lines, gates and process wrapper (the list of the steps
    /// of the agent's work).
    /// </summary>
    public string Body { get; init; } = "";
}
