using System.Globalization;
using Orchestrator.Usage;

namespace Orchestrator.App.Commands;

/// <summary>Starts runs in a background process, for callers without a terminal.</summary>
/// <param name="context">Provides user interaction, the clock and the current folder.</param>
internal sealed class BackgroundRunStarter(UseCaseServiceBundle context)
{
    /// <summary>Checks and starts a run, and waits until the run is executing tasks or waiting for approval.</summary>
    /// <returns>The id of the run and the outcome.</returns>
    /// <exception cref="UseCaseException">The run can't start.</exception>
    public async Task<(string RunId, UseCaseOutcome Outcome)> StartAsync(BackgroundRunRequest start, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var until = start.Until is { Length: > 0 } text ? ReadUntil(text) : (DateTimeOffset?)null;
        using var file = start.Plan is null ? null : SubmittedPlan.Write(start.Plan);
        var plan = PlanOf(start, file);
        var request = start.Request is { } given ? RequestOrFileNameClassifier.Require(given, context) : null;
        var runId = start.Tasks is not null
            ? RunIds.Create(plan!.Request!, Guid.NewGuid(), "spawn")
            : NewRunInputFactory.NewId(request, named: file?.Path);
        var opened = context.OpenSettings(repository, FlagsOf(start), runId);
        var prepared = await new RunAwaitingPreparation(runId, repository, opened)
        {
            Plan = plan,
            File = file?.Path,
            InputOf = (settings, agreed) =>
                NewRunInputFactory.InputOf(repository, settings) with
                {
                    MaxCost = start.MaxCost,
                    Until = until,
                    Request = request,
                    PlanFile = file?.Path,
                    Plan = start.Tasks is null ? null : PlanJson.ToData(plan!),
                    Yes = agreed,
                },
        }.PrepareAsync(context, stop);
        var result = await new BackgroundRun(runId, repository, context).StartAsync(
            [
                .. Arguments(start, runId, prepared, repository),
                .. file is null ? [] : (string[])[file.Path],
                .. CommandArguments(start, request),
            ],
            stop
        );
        return (runId, result.Outcome);
    }

    private Plan? PlanOf(BackgroundRunRequest start, SubmittedPlan? file)
    {
        if (file is not null)
        {
            return file.FilesIn(context).Require(SubmittedPlan.Name);
        }
        if (start.Tasks is not { } texts)
        {
            return null;
        }
        return AdhocPlan.Fault(texts, 1) is { } fault
            ? throw new UseCaseException(UseCaseOutcome.Usage, fault, "Describe each task as a separate text.")
            : AdhocPlan.Of(texts, 1, null);
    }

    private static IReadOnlyList<SettingOverride> FlagsOf(BackgroundRunRequest start) =>
        [
            .. start.MaxCost is { } most
                ? (SettingOverride[])[new("maxCost", "budget.run", most.ToString(CultureInfo.InvariantCulture))]
                : [],
            .. start.Tasks is null ? [] : (SettingOverride[])[new("spawn", "git.land", LandingMode.Branches)],
        ];

    /// <summary>Returns the arguments of the background process, except the plan.</summary>
    private static IEnumerable<string> Arguments(
        BackgroundRunRequest start,
        string runId,
        PreparedRun prepared,
        LocalRepositoryPaths repository
    ) =>
        [
            start.Tasks is null ? "run" : "spawn",
            BackgroundRun.RunIdOption,
            runId,
            "--no-progress",
            "-C",
            repository.WorkTree,
            .. prepared.Agreed ? ["--yes"] : (string[])[],
            .. prepared.Input.Again ? ["--again"] : (string[])[],
            .. start.MaxCost is { } most ? [string.Create(CultureInfo.InvariantCulture, $"--max-cost={most}")] : (string[])[],
            .. prepared.Input.Until is { } until ? [$"--until={until:O}"] : (string[])[],
        ];

    private static IEnumerable<string> CommandArguments(BackgroundRunRequest start, string? request) =>
        request is not null ? ["--", request]
        : start.Tasks is { } texts ? ["--", .. texts]
        : [];

    private DateTimeOffset ReadUntil(string text) =>
        WallClock.Read(text, context.Time.GetLocalNow(), out var fault) ?? throw new UseCaseException(UseCaseOutcome.Usage, fault);
}
