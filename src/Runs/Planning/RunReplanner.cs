using Orchestrator.Runs.Loading;

namespace Orchestrator.Runs.Planning;

/// <summary>Plans new tasks during a run. It prepares the planner's input, and converts the accepted plan to tasks of the run.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class RunReplanner(RunServiceBundle services)
{
    /// <summary>Checks that the planner can work, and stores the planner's input.</summary>
    /// <param name="input">The run, and the reason why it can't continue.</param>
    public async Task<PlanningPreparationResult> BeginAsync(PrepareReplanInput input, CancellationToken stop)
    {
        var run = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var (hash, fault) = await StoreAsync(input, run, stop);
        return fault.Length > 0
            ? new PlanningPreparationResult { Faults = [fault] }
            : new PlanningPreparationResult { Agent = run.Settings.Planner.Agent, PlanningHash = hash };
    }

    /// <summary>Converts the accepted plan to tasks of the run. Repeated calls have the same result.</summary>
    /// <param name="input">The replanning to conclude.</param>
    public ReplanConclusion Conclude(ConcludeReplanInput input)
    {
        var run = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var files = new PlanningFileStore(input.Repository, input.RunId, "", input.Replan);
        var made = PlanJson.Read(files.Accepted(files.PlanPath, input.SaidHash));
        var extended = run with
        {
            Plan = run.Plan with { Tasks = [.. run.Plan.Tasks, .. made.Tasks] },
            Added = made.Tasks.Select(task => task.Id).ToHashSet(),
        };
        var risk = PlanRisk.Of(made, run.Settings, run.Gates, run.Start.Input);
        return new ReplanConclusion
        {
            PlanHash = run.StoreExtended(made.Tasks),
            Tasks = [.. TaskOutlineExtractor.OutlineOf(extended).Tasks.Skip(run.Plan.Tasks.Count)],
            ApprovalReason = risk.Approval,
            ReviewReason = risk.Review,
        };
    }

    private async Task<(string Hash, string Fault)> StoreAsync(PrepareReplanInput input, RunPlanAndSettings run, CancellationToken stop)
    {
        var files = new PlanningFileStore(input.Repository, input.RunId, "", input.Replan);
        var (planner, fault) = await PlanningPreparer.FindPlannerAsync(services, run.WorkTree, run.Start, files.Conversations, stop);
        if (planner is null)
        {
            return ("", fault);
        }
        var repository = await services.OpenRepositoryAsync(run);
        var staging = RunRefNameBuilder.Staging(run.Settings, run.Folder);
        var (tip, isAsRecorded) = await new StagingBranchReconciler(repository, staging, run.Folder).ReadAsync(input.StagingTip, stop);
        if (!isAsRecorded)
        {
            return (
                "",
                $"{RunRefNameBuilder.Label(staging)} is {(tip is null ? "missing" : $"at {CommitIdFormatter.Shorten(tip)}")}, but the "
                    + $"run left it at {CommitIdFormatter.Shorten(input.StagingTip)}, so a new plan would not fit. Submit your commits "
                    + $"first (orchestrate "
                    + $"resolve {input.RunId} {EscalationResolutionKinds.ManualFix}), or restore the branch (git branch -f "
                    + $"{RunRefNameBuilder.Label(staging)} "
                    + $"{input.StagingTip})."
            );
        }
        var commits = new GitCommitReaderAndWriter(repository);
        var goal = new PlanningGoal { Commit = tip, Taken = [.. run.Plan.Tasks.Select(task => task.Id)] };
        var request = ReplanRequest.Render(input, run, RunStatusFile.Read(run.Folder.Status)?.Tasks ?? []);
        var prompt = new PlannerPromptInput
        {
            Request = request,
            Outline = RepositoryOutline.Of((await commits.ListFilesAsync(tip!, stop)).Select(f => f.Path), PlanningPreparer.OutlineLimit),
            Conventions = await PlanningPreparer.ConventionsAsync(repository, tip!, run.Settings, stop),
            Gates = [.. run.Gates.OfProject().Select(g => g.Command)],
            Schema = planner.AnswersInText ? PlanningFileStore.SchemaOf(goal.Options) : null,
        };
        return (files.Begin(run.Start, goal, run.Plan.Request ?? TaskOutlineExtractor.TitleOf(request), PlannerPrompt.Render(prompt)), "");
    }
}
