using Orchestrator.Runs.Accounts;
using Orchestrator.Usage;
using Orchestrator.Usage.Forecasts;

namespace Orchestrator.Runs.Reports;

/// <summary>Failures of a task in past runs.</summary>
/// <param name="Task">Id of the task.</param>
/// <param name="Failed">Number of past runs in which it failed.</param>
/// <param name="Runs">Number of past runs in which it ended.</param>
public sealed record PastTaskFailures(string Task, int Failed, int Runs)
{
    /// <summary>Share of the past runs in which the task failed, from 0 to 1.</summary>
    public double Share => (double)Failed / Runs;
}

/// <summary>Forecasts runs of a repository from the records of its past runs.</summary>
/// <param name="repository">Absolute path of the repository's main work tree.</param>
public sealed class RunForecasts(string repository)
{
    /// <summary>Forecasts the cost and the duration of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="chosen">Ids of the tasks to run, or null for all tasks.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="accounts">Usage records of the user's agents.</param>
    /// <returns>The forecast, or null if past runs provide no data.</returns>
    public RunForecast? Of(Plan plan, IReadOnlySet<string>? chosen, OrchestratorSettings settings, AccountUsageRecordCache accounts)
    {
        var tasks = plan.Tasks.Where(task => chosen is null || chosen.Contains(task.Id)).ToList();
        var past = Past();
        return Forecaster.Of(Shapes(tasks, settings), settings.Workers, past) is { } forecast
            ? new RunForecast
            {
                CostLow = Cents(forecast.Cost.Low),
                CostHigh = Cents(forecast.Cost.High),
                SecondsLow = Math.Floor(forecast.Seconds.Low),
                SecondsHigh = Math.Ceiling(forecast.Seconds.High),
                Tasks = tasks.Count,
                PastTasks = forecast.PastTasks,
                PastRuns = forecast.PastRuns,
                Windows = [.. Windows(tasks, settings, forecast, past, accounts)],
            }
            : null;
    }

    /// <summary>Forecasts, for each account that pays, the share of its usage limits that the tasks will use.</summary>
    private static IEnumerable<WindowForecast> Windows(
        List<PlanTask> tasks,
        OrchestratorSettings settings,
        CostAndTimeForecast whole,
        IReadOnlyList<PastRun> past,
        AccountUsageRecordCache accounts
    ) =>
        from paid in tasks.GroupBy(task => AccountName.Of(settings.AgentOf(task), settings, accounts.Environment)).OrderBy(paid => paid.Key)
        // Usually the same account pays for all tasks.
        let forecast = paid.Count() == tasks.Count ? whole : Forecaster.Of(Shapes([.. paid], settings), settings.Workers, past)
        where forecast is not null
        from window in WindowForecaster.Of(forecast.Cost, accounts.Of(paid.Key))
        select new WindowForecast(paid.Key, window.Key, Math.Round(window.Value.Low, 1), Math.Round(window.Value.High, 1));

    /// <summary>
    /// Simulates an unattended run of a plan for a typical night, and for a bad night that occurs about once in ten nights.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="chosen">Ids of the tasks to run, or null for all tasks.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="night">The conditions of the night, without tasks.</param>
    /// <returns>The simulations, or null if no past run recorded durations of tasks.</returns>
    public (SimulatedRunResult Usual, SimulatedRunResult Hard)? Rehearse(
        Plan plan,
        IReadOnlySet<string>? chosen,
        OrchestratorSettings settings,
        UnattendedRunSimulationInput night
    )
    {
        // A run that was stopped by a failed task still provides durations of its other tasks.
        List<PastTask> past = [.. Records().Select(Past).OfType<PastRun>().SelectMany(run => run.Tasks)];
        if (past.Count == 0)
        {
            return null;
        }
        var tasks = plan.Tasks.Where(task => chosen is null || chosen.Contains(task.Id)).ToList();
        var failures = Failures(plan, chosen).ToDictionary(task => task.Task, task => task.Share, StringComparer.Ordinal);
        night = night with
        {
            Tasks =
            [
                .. tasks.Zip(
                    Shapes(tasks, settings),
                    (task, shape) =>
                        new SimulatedRunTask(task.Id, shape, task.RequiresApproval) { FailureShare = failures.GetValueOrDefault(task.Id) }
                ),
            ],
        };
        return (UnattendedRunSimulator.Simulate(night, past, share: 0.5), UnattendedRunSimulator.Simulate(night, past, share: 0.9));
    }

    /// <summary>Lists a plan's tasks that failed in past runs in which they had the same text, files and gates.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="chosen">Ids of the tasks to run, or null for all tasks.</param>
    public IReadOnlyList<PastTaskFailures> Failures(Plan plan, IReadOnlySet<string>? chosen)
    {
        var same = plan
            .Tasks.Where(task => chosen is null || chosen.Contains(task.Id))
            .ToDictionary(task => task.Id, IdentityOf, StringComparer.Ordinal);
        var outcomes =
            from run in Records()
            let ended = run.Tasks.Where(task => same.ContainsKey(task.Id) && FailedIn(task) is not null).ToList()
            where ended.Count > 0
            let files = RunPlanCache.TryRead(repository, run)
            where files is not null
            from task in ended
            let planned = files.Plan.Tasks.FirstOrDefault(other => other.Id == task.Id)
            where planned is not null && IdentityOf(planned) == same[task.Id]
            group FailedIn(task) is true by task.Id;
        var counted = outcomes.ToDictionary(task => task.Key, StringComparer.Ordinal);
        return
        [
            .. plan
                .Tasks.Where(task => counted.ContainsKey(task.Id))
                .Select(task => new PastTaskFailures(task.Id, counted[task.Id].Count(failed => failed), counted[task.Id].Count()))
                .Where(task => task.Failed > 0),
        ];
    }

    /// <summary>Formats the past failures of a task for display.</summary>
    public static string Describe(PastTaskFailures task) =>
        task.Failed < task.Runs ? $"{task.Task} failed in {task.Failed} of its {Plural.Of(task.Runs, "past run")}"
        : task.Runs == 1 ? $"{task.Task} failed in its only past run"
        : $"{task.Task} failed in each of its {Plural.Of(task.Runs, "past run")}";

    private static string IdentityOf(PlanTask task) => PlanJson.Hash(new Plan { Tasks = [task] });

    /// <summary>
    /// Returns true if a task ended without a result, false if it delivered one, or null if its state does not show this.
    /// </summary>
    private static bool? FailedIn(RunTaskStatus task) =>
        task.State switch
        {
            TaskStateNames.Failed or TaskStateNames.Blocked or TaskStateNames.Superseded => true,
            TaskStateNames.Merged or TaskStateNames.Kept or TaskStateNames.Resolved => false,
            _ => null,
        };

    /// <summary>Formats a forecast for display.</summary>
    public static string Describe(RunForecast forecast) =>
        (
            forecast.CostHigh < 0.005m
                ? ""
                : string.Create(CultureInfo.InvariantCulture, $"{forecast.CostLow:0.00} to {forecast.CostHigh:0.00} USD and ")
        )
        + $"{TaskTimeReportSectionBuilder.Length(TimeSpan.FromSeconds(forecast.SecondsLow))} to "
        + $"{TaskTimeReportSectionBuilder.Length(TimeSpan.FromSeconds(forecast.SecondsHigh))}, based on "
        + $"{Plural.Of(forecast.PastTasks, "past task")} of "
        + Plural.Of(forecast.PastRuns, "run")
        + string.Concat(forecast.Windows.Select(window => $"; {Describe(window)}"));

    /// <summary>Formats a forecast of a usage limit for display.</summary>
    public static string Describe(WindowForecast window) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{window.Low:0.#} to {window.High:0.#} % of the {WaitReasonText.Name(window.Window)} limit of {window.Account}"
        );

    /// <summary>Returns the forecast that was stored when the run started. Returns null if there is none or it is unreadable.</summary>
    /// <param name="runId">Id of the run.</param>
    public RunForecast? ReadInitialForecast(string runId)
    {
        try
        {
            return RunStartSettings.TryRead(new RunFolder(repository, runId))?.Input.Forecast;
        }
        catch (RunStepFailedException)
        {
            return null;
        }
    }

    /// <summary>Returns the duration of a run, excluding the time during which the run was waiting for users.</summary>
    /// <param name="end">End of the run, or the current time.</param>
    public TimeSpan DurationOf(RunStatus run, DateTimeOffset end)
    {
        var waited = RunReportFacts.Waited(RunEventFileReader.Read(new RunFolder(repository, run.RunId).Events), end);
        var took = end - run.StartedAt - waited;
        return took > TimeSpan.Zero ? took : TimeSpan.Zero;
    }

    private IReadOnlyList<PastRun> Past() => [.. Records().Where(run => RunStateNames.IsFinal(run.State)).Select(Past).OfType<PastRun>()];

    /// <summary>Reads the status records of the latest runs, including open runs.</summary>
    private IEnumerable<RunStatus> Records()
    {
        var runs = new DirectoryInfo(Path.GetDirectoryName(new RunFolder(repository, "x").Path)!);
        return !runs.Exists
            ? []
            : runs.EnumerateDirectories()
                .Where(folder => !folder.Name.StartsWith('.'))
                .Select(folder => new FileInfo(Path.Combine(folder.FullName, "status.json")))
                .Where(file => file.Exists)
                .OrderByDescending(file => file.LastWriteTimeUtc)
                .Take(Forecaster.MostRuns)
                .Select(file => RunStatusFile.Read(file.FullName))
                .OfType<RunStatus>();
    }

    private PastRun? Past(RunStatus run)
    {
        var worked = run
            .Tasks.Where(task => task is { Starts: > 0, StartedAt: not null, EndedAt: not null })
            .ToDictionary(task => task.Id, StringComparer.Ordinal);
        if (worked.Count == 0 || RunPlanCache.TryRead(repository, run) is not { } files)
        {
            return null;
        }
        var tasks = files.Plan.Tasks.Where(task => worked.ContainsKey(task.Id)).ToList();
        var plan = Shapes(tasks, files.Settings);
        return tasks.Count == 0
            ? null
            : new PastRun(
                run.RunId,
                run.StartedAt,
                Math.Max(1, run.Workers),
                plan,
                [
                    .. tasks.Zip(
                        plan,
                        (task, shape) =>
                            new PastTask(
                                shape.Shape,
                                (double)worked[task.Id].Cost,
                                Math.Max(0, (worked[task.Id].EndedAt!.Value - worked[task.Id].StartedAt!.Value).TotalSeconds)
                            )
                    ),
                ],
                (double)run.Cost,
                DurationOf(run, run.UpdatedAt).TotalSeconds
            );
    }

    private static List<ForecastTask> Shapes(List<PlanTask> tasks, OrchestratorSettings settings)
    {
        var places = tasks.Index().ToDictionary(task => task.Item.Id, task => task.Index, StringComparer.Ordinal);
        return
        [
            .. tasks.Select(task => new ForecastTask(
                new TaskSimilarityKey(
                    task.Role ?? "",
                    $"{settings.AgentOf(task)}/{settings.ModelOf(task)}",
                    (task.Prompt?.Length ?? 0) + (task.Description?.Length ?? 0)
                ),
                [.. task.DependsOn.Where(places.ContainsKey).Select(id => places[id])]
            )),
        ];
    }

    private static decimal Cents(double dollars) => Math.Round((decimal)Math.Min(dollars, 1e9), 2);
}
