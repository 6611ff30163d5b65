namespace Orchestrator.Runs.Reports;

/// <summary>
/// Writes the report for the user who must decide about an escalated run. It lists the problems with their evidence, the finished work, and
/// the commands for each option. The report about the last escalation stays in the run's folder.
/// </summary>
/// <param name="repository">Absolute path of the repository's main work tree.</param>
internal sealed class EscalationReport(string repository)
{
    private const int EvidenceLines = 40;
    private const int MostTasks = 20;
    private const int MostNamed = 10;
    private readonly GateEvidenceTailReader _evidence = new(repository);

    /// <summary>Writes the report if the run is escalated.</summary>
    /// <param name="run">Status of the run with all its tasks.</param>
    public static void WriteIfDue(RunFolder folder, RunStatus run)
    {
        if (run.State is RunStateNames.Escalated or RunStateNames.AwaitingPromotion)
        {
            DurableFile.Write(folder.Escalation, Encoding.UTF8.GetBytes(new EscalationReport(folder.Repository).Render(run)));
        }
    }

    /// <summary>Renders the report as Markdown.</summary>
    /// <param name="run">Status of the run with all its tasks.</param>
    public string Render(RunStatus run)
    {
        var text = new EscapingMarkdownBuilder().Append($"# {run.RunId} needs a decision\n");
        if (run.Title.Length > 0)
        {
            text.Append($"\n{run.Title}\n");
        }
        text.Append($"\nThe run has been {run.State} since {run.Since:yyyy-MM-dd HH:mm} UTC: ").AppendParagraph(run.Reason).Append($"\n");
        text.Append($"While the run waits, it costs nothing and loses nothing, and no program needs to stay open. ");
        text.Append(
            run.State == RunStateNames.AwaitingPromotion
                ? EscapingMarkdownBuilder.Of($"If nobody promotes the run in time, nothing lands, and the run keeps waiting. ")
                : EscapingMarkdownBuilder.Of($"The wait has no time limit. ")
        );
        text.Append(
            run.HasLanded
                ? EscapingMarkdownBuilder.Of(
                    $"Part of its work has landed on {run.Target} ({CommitIdFormatter.Shorten(run.LandedCommit)}).\n"
                )
                : EscapingMarkdownBuilder.Of($"None of its work is on {run.Target}.\n")
        );
        AppendEvidence(text, run.Evidence);
        AppendFailures(text, run);
        AppendReview(text, run);
        AppendDone(text, run);
        if (RunWarningCollector.Of(run) is { Count: > 0 } warnings)
        {
            text.Append($"\n## Worth knowing\n\n").Append(warnings.Select(warning => EscapingMarkdownBuilder.Of($"- {warning}\n")));
        }
        AppendWaysOut(text, run);
        return text.ToString();
    }

    private void AppendFailures(EscapingMarkdownBuilder text, RunStatus run)
    {
        var folder = new RunFolder(repository, run.RunId);
        var bad = run
            .Tasks.Where(t =>
                t.State is TaskStateNames.Failed or TaskStateNames.Escalated
                || Dependants(run, t).Any() && t.State == TaskStateNames.Cancelled
            )
            .ToList();
        if (bad.Count > 0)
        {
            text.Append($"\n## Failed tasks\n");
        }
        foreach (var task in bad.Take(MostTasks))
        {
            var tried = string.Create(
                CultureInfo.InvariantCulture,
                $"attempt {task.Attempt}, {Plural.Of(task.Starts, "agent start")}, {task.Cost:0.00} USD"
            );
            text.Append($"\n### {task.Id}: {task.Title}\n\n{task.State} ({tried}): ").AppendParagraph(task.Reason);
            if (new AgentClaimAndFactComparer(folder).Claim(task) is { Length: > 0 } claim)
            {
                text.Append($"\nIts agent said: {claim}\n");
            }
            AppendEvidence(text, task.Evidence);
            var skipped = Dependants(run, task).ToList();
            if (skipped.Count > 0)
            {
                text.Append($"\nTasks that did not run because of it: {FileNameEncoding.List(skipped, MostNamed)}.\n");
            }
            text.Append($"\nIts changes, its agent's output, and its history:\n\n");
            string[] looks = task.Id == ReviewTaskDefinition.Id ? ["logs", "show"] : ["diff", "logs", "show"];
            foreach (var look in looks)
            {
                text.AppendCommand($"orchestrate {look} {run.RunId}/{task.Id}");
            }
        }
        if (bad.Count > MostTasks)
        {
            text.Append($"\nAnd {bad.Count - MostTasks} more: orchestrate status {run.RunId} --blocked\n");
        }
    }

    private void AppendEvidence(EscapingMarkdownBuilder text, string file)
    {
        if (_evidence.Read(file, EvidenceLines) is { Length: > 0 } evidence)
        {
            text.Append($"\nThe end of {file}:\n\n").AppendBlock(evidence);
        }
    }

    private static void AppendReview(EscapingMarkdownBuilder text, RunStatus run)
    {
        if (run.Review is { } review)
        {
            text.Append($"\n## The review\n\n{review}{(review.Evidence.Length > 0 ? $" ({review.Evidence})" : "")}\n");
        }
    }

    private static string GatesOf(RunTaskStatus task) => GateVerdictFormatter.Count(task.Gates ?? new GateSummary());

    private static void AppendDone(EscapingMarkdownBuilder text, RunStatus run)
    {
        var done = run.Tasks.Where(t => TaskStateNames.IsOnStaging(t.State)).ToList();
        text.Append($"\n## Finished work\n\n{(run.Counts ?? RunTaskCounts.Of(run))}.\n");
        if (done.Count == 0)
        {
            return;
        }
        text.Append($"\n| on {run.Staging} | commit | gates |\n|---|---|---|\n");
        text.Append(
            done.Take(MostTasks)
                .Select(t =>
                    EscapingMarkdownBuilder.Of(
                        $"| {t.Id}{(t.Landed ? " (landed)" : "")} | {CommitIdFormatter.Shorten(t.MergeCommit)} | {GatesOf(t)} |\n"
                    )
                )
        );
        if (done.Count > MostTasks)
        {
            text.Append($"\nAnd {done.Count - MostTasks} more.\n");
        }
        text.Append($"\nAll merges of the run:\n\n")
            .AppendCommand($"git log --first-parent --oneline {CommitIdFormatter.Shorten(run.BaseCommit)}..{run.Staging}");
    }

    private static void AppendWaysOut(EscapingMarkdownBuilder text, RunStatus run)
    {
        var id = run.RunId;
        var folder = $"../{id}-fix";
        text.Append($"\n## Your options\n\n");
        AppendLanding(text, run);
        text.Append(
            $"""
            **Fix it yourself.** Commit on {run.Staging}, in a separate worktree. The run then reads your commits, runs the gates of
            the whole run on them{(
                run.Review is null ? "" : ", has them reviewed"
            )}, counts the failed tasks as resolved by you, and continues with landing. If a gate fails,
            the answer names it, and your commits stay. With --task NAME only that task counts as resolved. To start from an agent's work:
            run in that folder 'orchestrate diff {id}/TASK | git apply'.

                git worktree add {folder} {run.Staging}
                cd {folder}
                git add -A && git commit -m "What was wrong"
                cd - && git worktree remove {folder}
                orchestrate resolve {id} {EscalationResolutionKinds.ManualFix} --reason "What was wrong"


            """
        );
        foreach (var question in run.Questions.Where(q => q.Id != RunQuestion.Resolve).Take(MostNamed))
        {
            var ways = question.Ways.Where(way => !IsOfTheWhole(way)).ToList();
            if (ways.Count > 0)
            {
                text.Append($"**{(question.Id == RunQuestion.Promote ? "Try to land again" : $"Only {question.Id}")}.**\n\n");
                foreach (var way in ways)
                {
                    text.AppendCommand($"{way.Command}{Meaning(way)}");
                }
                text.Append($"\n");
            }
        }
        text.Append(
            $"""
            **Plan the rest again.** The planner learns what is merged, what failed and why, and plans other tasks, which
            become tasks of this run. They start after your approval, or at once if the run was started with --yes.

                orchestrate resolve {id} {EscalationResolutionKinds.Replan} --reason "What to do instead"

            **End it.** {(
                run.HasLanded
                    ? $"{run.Target} is reset to its earlier commit, unless it has newer commits"
                    : $"{run.Target} stays as it is"
            )}; the run's merged work is kept under refs/orchestrator/aborted/.

                orchestrate abort {id}

            """
        );
    }

    /// <summary>
    /// Appends the option to land the merged work. It comes first, because it costs nothing and leaves the other options open.
    /// </summary>
    private static void AppendLanding(EscapingMarkdownBuilder text, RunStatus run)
    {
        if (run.Questions.SelectMany(question => question.Ways).FirstOrDefault(IsLanding) is { } way)
        {
            text.Append($"**Land the merged work.** The rest stays open, and all other options remain available.\n\n")
                .AppendCommand($"{way.Command}{Meaning(way)}")
                .Append($"\n");
        }
    }

    private static bool IsLanding(SuggestedCommand way) =>
        way.Kind is SuggestedCommandKinds.LandMerged or SuggestedCommandKinds.LandMergedAcceptingLosses;

    private static bool IsOfTheWhole(SuggestedCommand way) =>
        IsLanding(way) || way.Kind is SuggestedCommandKinds.Resolve or SuggestedCommandKinds.ReadEscalation;

    /// <summary>Returns the effect of a command as a shell comment, so that a user can copy the whole block.</summary>
    private static string Meaning(SuggestedCommand way) =>
        way.Kind switch
        {
            SuggestedCommandKinds.Guide => "   # the task's agent tries again, with TEXT as guidance",
            SuggestedCommandKinds.Skip => "   # the task counts as done without changes; its dependents run",
            SuggestedCommandKinds.Cancel or SuggestedCommandKinds.CancelDependants => "   # the run lands without this task",
            SuggestedCommandKinds.LandMerged => "   # the merged work lands, the rest stays open",
            SuggestedCommandKinds.PromoteOnto => "   # the branch is probably the renamed target",
            SuggestedCommandKinds.AcceptLosses => "   # the run lands without the lost changes, which the report lists",
            SuggestedCommandKinds.LandMergedAcceptingLosses => "   # the merged work lands without the lost changes",
            _ => "",
        };

    private static IEnumerable<string> Dependants(RunStatus run, RunTaskStatus task) =>
        run.Tasks.Where(t => t.State == TaskStateNames.Skipped && t.DependsOn.Contains(task.Id)).Select(t => t.Id);
}
