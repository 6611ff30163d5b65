using Orchestrator.App.Night;
using Orchestrator.App.Setup;
using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Starting;

/// <summary>
/// Prepares an unattended run (<c>run --overnight</c>). Shows everything that might need attention during the run, and creates the run
/// contract.
/// </summary>
/// <param name="context">Provides user interaction, environment and clock.</param>
/// <param name="repository">The repository.</param>
/// <param name="settings">Settings of the run, which the user trusts.</param>
public sealed class UnattendedPreflight(UseCaseServiceBundle context, LocalRepositoryPaths repository, SettingsLoadResult settings)
{
    /// <summary>Throws if programs of an unattended run could reach any host, unless the user has confirmed this.</summary>
    /// <param name="isMeant">True if <c>--yes-open-network</c> confirms this.</param>
    /// <exception cref="UseCaseException">The user has not confirmed this. The exit code is 3.</exception>
    public void RefuseOpenNetwork(bool isMeant)
    {
        if (settings.Settings!.Permissions is { Network.Mode: "open", Sandbox: not "off" } && !isMeant)
        {
            throw new UseCaseException(
                UseCaseOutcome.NeedsPerson,
                "The unattended run was not started, because permissions.network.mode is open, so agents could send data to any host.",
                "orchestrate config set permissions.network.mode listed; or start with --yes-open-network."
            );
        }
    }

    /// <summary>Shows the possible interruptions and the run contract, and asks the user to confirm the start.</summary>
    /// <param name="runId">Id of the new run.</param>
    /// <param name="plan">Plan of the run, or null if a planner will create it.</param>
    /// <param name="input">Input of the run.</param>
    /// <param name="agreed">True if <c>--yes</c> already confirms the start.</param>
    /// <param name="stop">Cancels the checks.</param>
    /// <exception cref="UseCaseException">The user did not confirm the start. The exit code is 3.</exception>
    public async Task<UnattendedRunContractRecord> MakeAsync(
        string runId,
        Plan? plan,
        OrchestrationInput input,
        bool agreed,
        CancellationToken stop
    )
    {
        IReadOnlyList<MachineReadinessCheckResult> entries =
        [
            .. UnattendedRunPreflight.Limits(input.Until, input.MaxCost),
            .. UnattendedRunPreflight.Run(plan, settings.Settings!),
            .. await new UnattendedRunPreflight().MachineAsync(context.Environment, stop),
            .. (
                await MachinePrerequisiteChecker.RunAsync(
                    repository,
                    settings,
                    context.Platform,
                    context.Services,
                    stop,
                    plan is null ? null : RunStartPreconditionChecker.AgentsOf(plan, input.Only, settings.Settings!)
                )
            ).Where(entry =>
                entry.Status != MachineReadinessCheckStatus.Ok || entry.Name is "agent" or "gates" or "disk" or "notifications"
            ),
        ];
        if (!entries.Any(entry => entry.Name == "notifications"))
        {
            entries = [.. entries, NoNotices];
        }
        var open = entries.Where(entry => entry.Status != MachineReadinessCheckStatus.Ok).ToList();
        var contract = new UnattendedRunContractRecord
        {
            MadeAt = context.Time.GetUtcNow(),
            Tasks =
                plan is null ? 0
                : input.Only is { Count: > 0 } only ? only.Count
                : plan.Tasks.Count,
            KeepsAwake = entries.Any(entry => entry is { Name: "sleep", Status: MachineReadinessCheckStatus.Ok }),
            Remarks = [.. open.Select(entry => entry.Message)],
        };
        Show(runId, contract, input, entries);
        if (open.Count > 0 && !agreed && context.Interaction.Ask("Start anyway?") is not true)
        {
            throw new UseCaseException(
                UseCaseOutcome.NeedsPerson,
                $"The night was not started, because "
                    + $"{Plural.Of(open.Count, "point that could wake you is", "points that could wake you are")} open.",
                $"Fix {Plural.Form(open.Count, "it", "them")}, or start with --yes anyway."
            );
        }
        return contract;
    }

    private static MachineReadinessCheckResult NoNotices { get; } =
        new(
            "notifications",
            MachineReadinessCheckStatus.Warn,
            "No one will be notified if the run needs attention.",
            "Set 'notifications' as docs/how-to/notices.md describes."
        );

    private void Show(
        string runId,
        UnattendedRunContractRecord contract,
        OrchestrationInput input,
        IReadOnlyList<MachineReadinessCheckResult> entries
    )
    {
        context.Interaction.Inform($"Run contract of {runId}:");
        foreach (var clause in Clauses(contract, input))
        {
            context.Interaction.Inform($"  {clause}");
        }
        context.Interaction.Inform("Events that could wake you or end the run early:");
        foreach (var entry in entries.OrderByDescending(entry => entry.Status))
        {
            context.Interaction.Inform($"  {CheckDocument.Word(entry.Status), -4}  {entry.Name}: {LocalTimeFormatter.In(entry.Message)}");
            if (entry is { Status: not MachineReadinessCheckStatus.Ok, Cure: { } cure })
            {
                context.Interaction.Inform($"        {cure}");
            }
        }
    }

    private IEnumerable<string> Clauses(UnattendedRunContractRecord contract, OrchestrationInput input)
    {
        yield return input.Until is { } until ? $"no agent starts after {LocalTimeFormatter.ToMinute(until)}" : "no end time";
        yield return input.MaxCost is { } most
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"no agent starts when {most:0.00} USD are spent")
            : "no limit on cost";
        yield return input.Forecast is { } forecast
            ? $"expected: {RunForecasts.Describe(forecast)}"
            : "no forecast of cost and time, because the repository has no past runs";
        yield return $"{(contract.Tasks == 0 ? "the planner's tasks" : Plural.Of(contract.Tasks, "task"))}, by up to "
            + $"{Plural.Of(settings.Settings!.Workers, "agent")} at once";
        yield return $"work that passes its gates lands ({settings.Settings.Git.Land}); set-up and gates run once before the first agent, "
            + "and the run reports what fails there";
        yield return "no user is needed, except for the points below; the report compares all this with the result";
    }
}
