using System.Text.RegularExpressions;
using Orchestrator.Plans.Readers.Documents;

namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>Reads a phase's file.</summary>
internal sealed partial class PhaseFileReader
{
    private readonly FaultList _faults;
    private readonly string _file;
    private readonly List<string> _agents = [];
    private readonly List<string> _steps = [];
    private readonly List<string> _notesInput = [];
    private readonly List<string> _notesOutput = [];
    private readonly List<Gate> _gates = [];
    private readonly List<int> _gateLines = [];
    private readonly List<ChecklistItem> _checklist = [];
    private readonly List<string> _body = [];
    private string? _title;
    private string? _number;
    private (string Text, int Line)? _status;
    private (string Text, int Line)? _dependsOn;
    private bool _hasGates;
    private int _stepsTold;
    private int _taskGroup;
    private int _taskItem;

    private PhaseFileReader(string file, FaultList faults)
    {
        _file = file;
        _faults = faults;
    }

    private enum Part
    {
        Other,
        Process,
        Gates,
        Tasks,
    }

    public static PhaseFile Read(string text, string file, FaultList faults)
    {
        var reader = new PhaseFileReader(file, faults);
        reader.ReadLines(MarkdownText.Lines(text));
        return reader.Result();
    }

    private void ReadLines(IReadOnlyList<MarkdownLine> lines)
    {
        var part = Part.Other;
        var partLevel = 0;
        foreach (var line in lines)
        {
            if (line.Level > 0 && (partLevel == 0 || line.Level <= partLevel))
            {
                part = PartOf(line.Heading);
                partLevel = part == Part.Other ? 0 : line.Level;
                _hasGates |= part == Part.Gates;
            }

            switch (part)
            {
                case Part.Process:
                    ProcessItem(line);
                    break;
                case Part.Gates:
                    Gate(line);
                    break;
                case Part.Tasks:
                    TaskItem(line);
                    _body.Add(line.Text);
                    break;
                default:
                    if (!Fact(line))
                    {
                        _body.Add(line.Text);
                    }

                    break;
            }
        }

        if (!_hasGates)
        {
            _faults.Add(
                new PlanFault(
                    "no-gates",
                    FaultSeverity.Warning,
                    _file,
                    1,
                    1,
                    "",
                    "The phase has no section '## Gates', so nothing of its own checks it.",
                    "Add '## Gates' with lines such as '- pytest: all tests pass'."
                )
            );
        }

        if (_checklist.Count == 0 && _body.Count(line => !string.IsNullOrWhiteSpace(line)) == _stepsTold)
        {
            _faults.Add(
                new PlanFault(
                    "empty-phase",
                    FaultSeverity.Error,
                    _file,
                    1,
                    1,
                    "",
                    "The phase's file says nothing about what is to be done.",
                    "Add '## Tasks' with check boxes: '- [ ] 1.1: Create src/module.py'."
                )
            );
        }
    }

    private PhaseFile Result() =>
        new()
        {
            Title = _title,
            Number = _number,
            Status = _status,
            DependsOn = _dependsOn,
            RequiredAgents = [.. _agents.Distinct(StringComparer.Ordinal)],
            RequiredSteps = [.. _steps.Distinct(StringComparer.Ordinal)],
            NotesInput = [.. _notesInput.Distinct(StringComparer.Ordinal)],
            NotesOutput = [.. _notesOutput.Distinct(StringComparer.Ordinal)],
            Gates = _gates,
            GateLines = _gateLines,
            Checklist = _checklist,
            Body = string.Join('\n', _body.SkipWhile(IsBlank).Reverse().SkipWhile(IsBlank).Reverse()),
        };

    private static bool IsBlank(string line) => line.Trim().Trim('-', '*', '_').Length == 0;

    private static Part PartOf(string heading)
    {
        var plain = Inline.Plain(heading).ToLowerInvariant();
        return plain switch
        {
            _ when plain.StartsWith("process", StringComparison.Ordinal) => Part.Process,
            _ when plain is "gates"
                    || plain.EndsWith(" gates", StringComparison.Ordinal)
                    || plain.StartsWith("gates ", StringComparison.Ordinal) => Part.Gates,
            _ when plain is "tasks" or "task list"
                    || plain.EndsWith(" tasks", StringComparison.Ordinal)
                    || plain.StartsWith("tasks ", StringComparison.Ordinal) => Part.Tasks,
            _ => Part.Other,
        };
    }

    // The heading, and lines such as "**Status:** Pending".
    private bool Fact(MarkdownLine line)
    {
        if (line.IsCode)
        {
            return false;
        }

        if (line.Level == 1 && _title is null)
        {
            var phase = PhaseHeading().Match(Inline.Plain(line.Heading));
            _number = phase.Success ? phase.Groups["id"].Value : null;
            _title = phase.Success ? phase.Groups["title"].Value : Inline.Plain(line.Heading);
            return true;
        }

        var fact = FactLine().Match(line.Text);
        switch (fact.Success ? fact.Groups["name"].Value.Trim().ToLowerInvariant() : "")
        {
            case "status":
                _status ??= (fact.Groups["value"].Value.Trim(), line.Number);
                return true;
            case "depends on" or "dependencies" or "depends":
                _dependsOn ??= (fact.Groups["value"].Value.Trim(), line.Number);
                return true;
            case "master plan":
                return true;
            default:
                return false;
        }
    }

    private void ProcessItem(MarkdownLine line)
    {
        var item = ListItem().Match(line.Text);
        if (line.IsCode || line.Level > 0 || !item.Success)
        {
            return;
        }

        var text = item.Groups["text"].Value;
        var plain = Inline.Plain(text);
        var lower = plain.ToLowerInvariant();
        var agents = Agent().Matches(text);
        if (agents.Count > 0)
        {
            foreach (Match agent in agents)
            {
                _agents.Add(agent.Groups["name"].Value);
                _steps.Add(RequiredStep.ForAgent(agent.Groups["name"].Value));
            }
        }
        else if (lower.Contains("notes", StringComparison.Ordinal) && NotesVerb().Match(lower).Groups["read"].Success)
        {
            _steps.Add(RequiredStep.ReadPreviousNotes);
            Notes(text, plain, line, _notesInput);
        }
        else if (lower.Contains("notes", StringComparison.Ordinal))
        {
            _steps.Add(RequiredStep.WriteIntents);
            Notes(text, plain, line, _notesOutput);
        }
        else if (lower.Contains("implement", StringComparison.Ordinal))
        {
            _steps.Add(RequiredStep.Implementation);
            if (!lower.TrimStart('[').StartsWith("implementation", StringComparison.Ordinal))
            {
                TellAlso(line);
            }
        }
        else if (Validation().IsMatch(lower))
        {
            _steps.Add(RequiredStep.PreValidation);
            TellAlso(line);
        }
        else
        {
            _faults.Add(
                new PlanFault(
                    "unknown-step",
                    FaultSeverity.Warning,
                    _file,
                    line.Number,
                    1,
                    "",
                    $"The step '{plain}' of the process wrapper is none that we can check; it is only told to the agent.",
                    "Write it as a gate, as a required agent (**AGENT:name**), or under Tasks."
                )
            );
            _body.Add(line.Text);
        }
    }

    // What the step says beyond its kind, nothing else would tell the agent.
    private void TellAlso(MarkdownLine line)
    {
        _body.Add(line.Text);
        _stepsTold++;
    }

    private void Notes(string text, string plain, MarkdownLine line, List<string> notes)
    {
        var named =
            Inline.CodeSpans(text) is { Count: > 0 } spans ? spans
            : Inline.LinkTarget(text) is { } target ? [target]
            :
            [
                .. plain[(plain.IndexOf(':', StringComparison.Ordinal) + 1)..]
                    .Split(' ', ',')
                    .Where(w => w.Contains(".md", StringComparison.Ordinal))
                    .Select(w => w.Trim('(', ')')),
            ];
        if (named.Count == 0)
        {
            _faults.Add(
                new PlanFault(
                    "no-notes-file",
                    FaultSeverity.Warning,
                    _file,
                    line.Number,
                    1,
                    "",
                    $"'{plain}' names no file.",
                    "Write its path in backticks: Write notes to: `notes/NOTES_phase_1.md`."
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
                _faults.Add(
                    new PlanFault(
                        "bad-path",
                        FaultSeverity.Error,
                        _file,
                        line.Number,
                        Math.Max(0, line.Text.IndexOf(path, StringComparison.Ordinal)) + 1,
                        "",
                        $"The path '{path}' {fault}.",
                        "Name a path inside the repository, relative to its root."
                    )
                );
            }
        }
    }

    private void Gate(MarkdownLine line)
    {
        if (line.IsCode)
        {
            var command = line.Text.Trim();
            if (command.Length > 0 && !command.StartsWith('#'))
            {
                _gates.Add(GateGrammar.Of(command));
                _gateLines.Add(line.Number);
            }

            return;
        }

        var item = ListItem().Match(line.Text);
        if (line.Level > 0 || !item.Success)
        {
            return;
        }

        var text = item.Groups["text"].Value.Trim();
        if (Inline.Plain(text).TrimEnd('.').ToLowerInvariant() is "none" or "n/a" or "-" or "")
        {
            return;
        }

        (text, var marks) = GateMarks.Take(text);
        foreach (var (message, fix) in marks.Faults)
        {
            _faults.Add(
                new PlanFault("bad-value", FaultSeverity.Error, _file, line.Number, item.Groups["text"].Index + 1, "", message, fix)
            );
        }

        (var gate, var description) = GateText.Split(text);
        if (gate.Length == 0)
        {
            _faults.Add(
                new PlanFault(
                    "bad-gate",
                    FaultSeverity.Error,
                    _file,
                    line.Number,
                    item.Groups["text"].Index + 1,
                    "",
                    "The gate has no command.",
                    "Write '- command: description'."
                )
            );
        }
        else
        {
            _gates.Add(GateGrammar.Of(gate, description: description) with { Exclusive = marks.Exclusive, Cache = marks.Cache });
            _gateLines.Add(line.Number);
        }
    }

    private void TaskItem(MarkdownLine line)
    {
        if (line.IsCode)
        {
            return;
        }

        if (line.Level > 0)
        {
            var numbered = LeadingNumber().Match(line.Heading);
            _taskGroup =
                numbered.Success && int.TryParse(numbered.Groups["id"].Value.Split('.')[0], out var given) ? given : _taskGroup + 1;
            _taskItem = 0;
            return;
        }

        var item = CheckBox().Match(line.Text);
        if (!item.Success)
        {
            return;
        }

        _taskItem++;
        var text = item.Groups["text"].Value.Trim();
        var number = LeadingNumber().Match(Inline.Plain(text));
        var id = number.Success ? number.Groups["id"].Value.TrimEnd('.') : $"{Math.Max(1, _taskGroup)}.{_taskItem}";
        var description = number.Success ? WithoutNumber(text) : text;
        _checklist.Add(new ChecklistItem(id, description, item.Groups["mark"].Value is "x" or "X"));
    }

    private static string WithoutNumber(string text)
    {
        var at = text.IndexOfAny([':', ' ']);
        return at < 0 ? text : text[(at + 1)..].Trim().TrimStart('*').Trim();
    }

    [GeneratedRegex(
        @"^\s*phase\s+(?<id>[\w.-]+?)\s*(?:(?::|\s[–—-]|\.(?=\s))\s*(?<title>.*))?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        1000
    )]
    private static partial Regex PhaseHeading();

    [GeneratedRegex(
        @"^\s{0,3}(?:[-*]\s+)?(?:\*\*|__)?(?<name>[A-Za-z][A-Za-z ]{0,30}?)\s*(?:(?:\*\*|__)\s*:|:\s*(?:\*\*|__)|:)(?<value>.*)$",
        RegexOptions.CultureInvariant,
        1000
    )]
    private static partial Regex FactLine();

    [GeneratedRegex(@"^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]?\]\s*)?(?<text>\S.*)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ListItem();

    [GeneratedRegex(@"^\s*(?:[-*+]|\d{1,9}[.)])\s+\[(?<mark>[ xX]?)\]\s*(?<text>\S.*)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex CheckBox();

    [GeneratedRegex(@"^(?<id>\d+(?:\.\d+)*)[.):]?(?=\s|$|:)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex LeadingNumber();

    // Whichever stands first says what is to be done with the notes: "Write notes to: `x` when ready" is no reading.
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
