using System.Text.RegularExpressions;

namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>
/// Reads the process wrapper of a phase file, which lists the steps of the agent's work. A step names required agents or notes, or adds
/// text to the agent's prompt.
/// </summary>
/// <param name="file">Name of the file in faults.</param>
/// <param name="faults">Receives the faults.</param>
/// <param name="body">List that receives the lines for the agent.</param>
internal sealed partial class MasterPlanPhaseStepReader(string file, FaultList faults, List<string> body)
{
    private readonly List<string> _agents = [];
    private readonly List<string> _steps = [];
    private readonly List<string> _notesInput = [];
    private readonly List<string> _notesOutput = [];

    /// <summary>Names of the subagents that the agent must call.</summary>
    public IEnumerable<string> Agents => _agents.Distinct(StringComparer.Ordinal);

    /// <summary>Names of the steps whose completion can be checked.</summary>
    public IEnumerable<string> Names => _steps.Distinct(StringComparer.Ordinal);

    /// <summary>Paths of notes that the agent reads first.</summary>
    public IEnumerable<string> NotesInput => _notesInput.Distinct(StringComparer.Ordinal);

    /// <summary>Paths of notes that the agent must write.</summary>
    public IEnumerable<string> NotesOutput => _notesOutput.Distinct(StringComparer.Ordinal);

    /// <summary>Number of lines that recognized steps have added to the agent's prompt.</summary>
    public int Told { get; private set; }

    /// <summary>Reads one line of the section that lists the steps of a phase's work.</summary>
    public void Read(MarkdownLine line)
    {
        var item = MarkdownListItemMatcher.Item().Match(line.Text);
        if (line.IsCode || line.Level > 0 || !item.Success)
        {
            return;
        }
        var text = item.Groups["text"].Value;
        var plain = InlineMarkdownParser.Plain(text);
        var lower = plain.ToLowerInvariant();
        var agents = Agent().Matches(text);
        if (agents.Count > 0)
        {
            foreach (Match agent in agents)
            {
                _agents.Add(agent.Groups["name"].Value);
                _steps.Add(MasterPlanPhaseStepNames.ForAgent(agent.Groups["name"].Value));
            }
        }
        else if (lower.Contains("notes", StringComparison.Ordinal) && NotesVerb().Match(lower).Groups["read"].Success)
        {
            _steps.Add(MasterPlanPhaseStepNames.ReadPreviousNotes);
            Notes(text, plain, line, _notesInput);
        }
        else if (lower.Contains("notes", StringComparison.Ordinal))
        {
            _steps.Add(MasterPlanPhaseStepNames.GitWriteJournal);
            Notes(text, plain, line, _notesOutput);
        }
        else if (lower.Contains("implement", StringComparison.Ordinal))
        {
            _steps.Add(MasterPlanPhaseStepNames.Implementation);
            if (!lower.TrimStart('[').StartsWith("implementation", StringComparison.Ordinal))
            {
                AppendLine(line);
            }
        }
        else if (Validation().IsMatch(lower))
        {
            _steps.Add(MasterPlanPhaseStepNames.PreValidation);
            AppendLine(line);
        }
        else
        {
            faults.Add(
                PlanFault.Warning(
                    file,
                    "unknown-step",
                    $"The step '{plain}' of the process wrapper can't be checked, so it is only part of the agent's prompt.",
                    "Write it as a gate, as a required agent (**AGENT:name**), or under Tasks.",
                    line: line.Number
                )
            );
            body.Add(line.Text);
        }
    }

    // Text after the step's keyword is passed to the agent as well.
    private void AppendLine(MarkdownLine line)
    {
        body.Add(line.Text);
        Told++;
    }

    private void Notes(string text, string plain, MarkdownLine line, List<string> notes)
    {
        var named =
            InlineMarkdownParser.CodeSpans(text) is { Count: > 0 } spans ? spans
            : InlineMarkdownParser.LinkTarget(text) is { } target ? [target]
            :
            [
                .. plain[(plain.IndexOf(':', StringComparison.Ordinal) + 1)..]
                    .Split(' ', ',')
                    .Where(w => w.Contains(".md", StringComparison.Ordinal))
                    .Select(w => w.Trim('(', ')')),
            ];
        if (named.Count == 0)
        {
            faults.Add(
                PlanFault.Warning(
                    file,
                    "no-notes-file",
                    $"'{plain}' does not name a file.",
                    "Write its path in backticks: Write notes to: `notes/NOTES_phase_1.md`.",
                    line: line.Number
                )
            );
        }
        foreach (var path in named)
        {
            if (RepositoryPath.TryNormalize(path, out var normal, out var fault))
            {
                notes.Add(normal);
            }
            else
            {
                faults.Add(
                    PlanFault.Error(
                        file,
                        "bad-path",
                        $"The path '{path}' {fault}.",
                        "Name a path inside the repository, relative to its root.",
                        line: line.Number,
                        column: Math.Max(0, line.Text.IndexOf(path, StringComparison.Ordinal)) + 1
                    )
                );
            }
        }
    }

    // The first verb decides whether notes are read or written: "Write notes to: `x` when ready" means writing.
    [GeneratedRegex(
        @"\b(?:(?<read>(?:re-?)?read|review|previous)|write|add|append|record|update|create)\b",
        RegexOptions.CultureInvariant,
        1000
    )]
    private static partial Regex NotesVerb();

    [GeneratedRegex(@"validat|\bgates?\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Validation();

    [GeneratedRegex(@"AGENT:\s*(?<name>[A-Za-z0-9_-]+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Agent();
}
