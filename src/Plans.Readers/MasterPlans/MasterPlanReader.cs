namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>
/// Reads a master plan in Markdown, which has one file per phase. Each phase becomes a task, with its title as description and its gates as
/// verification. Problems in all files are reported together.
/// </summary>
public static class MasterPlanReader
{
    /// <summary>Reads the master plan and the phase files that it links to.</summary>
    /// <param name="content">Complete content of the master plan.</param>
    /// <param name="file">Path of the file, relative to the repository. Links are relative to its folder.</param>
    /// <param name="open">Returns the bytes of a file, or null if it does not exist. The path is relative to the repository.</param>
    public static PlanReadResult Read(ReadOnlySpan<byte> content, string file, Func<string, byte[]?> open)
    {
        if (!PlanFileBytesDecoder.TryDecode(content, file, out var text, out var fault))
        {
            return new PlanReadResult(null, [fault]);
        }
        var faults = new FaultList(file);
        if (string.IsNullOrWhiteSpace(text))
        {
            faults.Add(
                "empty-file",
                FaultSeverity.Error,
                1,
                1,
                "",
                "The file is empty.",
                "A master plan needs a table of phases, each linked to its file."
            );
            return new PlanReadResult(null, faults.Sorted());
        }
        var lines = MarkdownLineSplitter.Lines(text);
        List<MasterPlanPhase> phases = [.. MasterPlanPhaseTableReader.Read(lines, faults).Select(row => Load(row, file, open, faults))];
        var dependencies = Dependencies(phases, lines, file, faults);
        (var title, var created, var overview) = Heading(lines);
        var plan = new Plan
        {
            Request = overview.Length == 0 ? title : $"{title}\n\n{overview}",
            CreatedAt = created,
            Tasks = [.. phases.Select((phase, i) => Task(phase, dependencies[i], faults))],
        };
        TaskNodeWithFilePositions[] placed =
        [
            .. plan.Tasks.Select(
                (task, i) =>
                    new TaskNodeWithFilePositions(
                        TaskNode.Of(task),
                        new FieldFilePosition(file, phases[i].Row.Line, 1, $"phases.{task.Id}"),
                        [.. dependencies[i].Select(d => d.At)]
                    )
            ),
        ];
        GraphFaultReporter.Report(placed, faults);
        return new PlanReadResult(faults.HasErrors ? null : plan, faults.Sorted())
        {
            TaskCount = phases.Count,
            Places = PlanFieldPositionFinderFactory.OfPhases(
                file,
                [.. phases.Select(p => p.Row.Line)],
                [.. phases.Select(p => (p.File, p.Content?.GateLines ?? []))]
            ),
            SaysOwnership = false,
        };
    }

    private static MasterPlanPhase Load(MasterPlanPhaseTableRow row, string masterFile, Func<string, byte[]?> open, FaultList faults)
    {
        var isCompleted = PhaseStatus.IsCompleted(row.Status?.Text);
        if (row.Link is null)
        {
            // The file of a completed phase is not needed any more.
            if (!isCompleted)
            {
                Refuse("no-phase-file", $"Phase {row.Id} has no link to its file.", $"Link its title: [{row.Title}](phase{row.Id}.md).");
            }
            return new MasterPlanPhase(row, "", null);
        }
        var slash = masterFile.LastIndexOf('/');
        var path = row.Link.StartsWith('/') ? row.Link[1..] : masterFile[..(slash + 1)] + row.Link;
        if (row.Link.Contains("://", StringComparison.Ordinal) || !RepositoryPath.TryNormalize(path, out var normal, out var reason))
        {
            Refuse(
                "bad-link",
                $"The link '{row.Link}' of phase {row.Id} points outside the repository.",
                "Link to a file in the repository, relative to the master plan."
            );
            return new MasterPlanPhase(row, "", null);
        }
        if (open(normal) is not { } bytes)
        {
            if (!isCompleted)
            {
                Refuse(
                    "broken-link",
                    $"The file '{row.Link}' of phase {row.Id} does not exist.",
                    $"Create the file {normal}, or correct the link; links are relative to the master plan."
                );
            }
            return new MasterPlanPhase(row, normal, null);
        }
        if (!PlanFileBytesDecoder.TryDecode(bytes, normal, out var text, out var fault))
        {
            faults.Add(fault);
            return new MasterPlanPhase(row, normal, null);
        }
        var content = PhaseFileReader.Read(text, normal, faults);
        CompareNumber(content, row, normal, faults);
        return new MasterPlanPhase(row, normal, content);

        void Refuse(string code, string message, string cure) =>
            faults.Add(code, FaultSeverity.Error, row.Line, 1, $"phases.{row.Id}", message, cure);
    }

    private static void CompareNumber(ParsedPhaseFile content, MasterPlanPhaseTableRow row, string normal, FaultList faults)
    {
        if (
            content.Number is { } number
            && MasterPlanPhaseTableReader.IdOf(number) is var inFile
            && !string.Equals(inFile, row.Id, StringComparison.OrdinalIgnoreCase)
        )
        {
            faults.Add(
                PlanFault.Warning(
                    normal,
                    "phase-number",
                    $"The heading says phase {inFile}, but the master plan links the file as phase {row.Id}.",
                    "Make both numbers equal; the number in the master plan is used.",
                    line: 1
                )
            );
        }
    }

    private static IReadOnlyList<PhaseReference>[] Dependencies(
        List<MasterPlanPhase> phases,
        IReadOnlyList<MarkdownLine> lines,
        string file,
        FaultList faults
    )
    {
        var known = phases.Select(p => p.Row.Id).ToHashSet(StringComparer.Ordinal);
        var byFile = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var phase in phases.Where(p => p.File.Length > 0))
        {
            byFile.TryAdd(phase.File.Split('/')[^1], phase.Row.Id);
        }
        var arrows = PhaseDependencyReader.Arrows(lines, known, file, faults).ToLookup(a => a.Waits, a => a.For, StringComparer.Ordinal);
        return
        [
            .. phases.Select(phase =>
            {
                var named = arrows[phase.Row.Id]
                    .Concat(
                        PhaseDependencyReader.DependsOn(
                            phase.Row.DependsOn,
                            byFile,
                            known,
                            new FieldFilePosition(file, phase.Row.Line, 1, $"phases.{phase.Row.Id}.depends_on")
                        )
                    );
                if (phase.Content?.DependsOn is (string text, int line))
                {
                    named = named.Concat(
                        PhaseDependencyReader.DependsOn(
                            text,
                            byFile,
                            known,
                            new FieldFilePosition(phase.File, line, 1, $"phases.{phase.Row.Id}.depends_on")
                        )
                    );
                }
                return (IReadOnlyList<PhaseReference>)[.. named.DistinctBy(d => d.Id, StringComparer.Ordinal)];
            }),
        ];
    }

    private static PlanTask Task(MasterPlanPhase phase, IReadOnlyList<PhaseReference> dependencies, FaultList faults)
    {
        var content = phase.Content ?? new ParsedPhaseFile();
        var focus = phase.Row.Focus.Length == 0 ? "" : $"Focus: {phase.Row.Focus}\n\n";
        return new PlanTask
        {
            Id = phase.Row.Id,
            Description = phase.Row.Title,
            Prompt = content.Body.Length == 0 ? null : focus + content.Body,
            Status = PhaseStatus.Of(phase, faults),
            DependsOn = [.. dependencies.Select(d => d.Id)],
            Verification = content.Gates,
            RequiredAgents = content.RequiredAgents,
            RequiredSteps = content.RequiredSteps,
            NotesInput = content.NotesInput,
            NotesOutput = content.NotesOutput,
            Checklist = content.Checklist,
        };
    }

    private static (string? Title, string? Created, string Overview) Heading(IReadOnlyList<MarkdownLine> lines)
    {
        var title = lines.Where(l => l.Level == 1).Select(l => InlineMarkdownParser.Plain(l.Heading)).FirstOrDefault();
        var created = lines
            .Select(l => l.Text.Trim())
            .Where(t => t.StartsWith("**Created:**", StringComparison.OrdinalIgnoreCase))
            .Select(t => InlineMarkdownParser.Plain(t[12..]))
            .FirstOrDefault();
        var overview = lines
            .Where(l => l.Level == 0 && l.Section.ToLowerInvariant() is "overview" or "goal" or "summary" or "objective")
            .Select(l => l.Text)
            .SkipWhile(string.IsNullOrWhiteSpace);
        return (title, string.IsNullOrEmpty(created) ? null : created, string.Join('\n', overview).Trim().TrimEnd('-').Trim());
    }
}
