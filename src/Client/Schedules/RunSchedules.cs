using Temporalio.Client.Schedules;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;

namespace Orchestrator.Client.Schedules;

/// <summary>The schedules of one repository's runs, on whatever Temporal the client is connected to.</summary>
/// <param name="client">The connection.</param>
/// <param name="repositoryKey">The repository's key: a server may hold schedules of many.</param>
public sealed class RunSchedules(ITemporalClient client, string repositoryKey)
{
    /// <summary>Most times of a schedule that are asked for at once; servers give no more.</summary>
    private const int MostTimes = 1000;

    private readonly ITemporalClient _client = MessageJson.Speaking(client);

    /// <summary>The beginning of the ids of all of a repository's schedules.</summary>
    public static string PrefixOf(string repositoryKey) => $"orchestrate/{repositoryKey}/";

    /// <summary>Creates a schedule.</summary>
    /// <param name="schedule">What it is; its times and starts do not count.</param>
    /// <returns>False: there is one of this name, which stays as it is.</returns>
    /// <exception cref="RpcException">The server refused, for example an expression of cron that can't be read.</exception>
    public async Task<bool> CreateAsync(RunSchedule schedule, CancellationToken stop)
    {
        var action = ScheduleActionStartWorkflow.Create(
            (IOrchestrationWorkflow run) => run.RunAsync(schedule.Input, null),
            new WorkflowOptions($"run-{schedule.Name}", QueueNames.Workflows)
            {
                StaticSummary = DisplayText.Summary(schedule.Input.Subject),
                Memo = StartDetails.Memo(schedule.Input, $"schedule {schedule.Name}"),
            }
        );
        try
        {
            await _client.CreateScheduleAsync(
                IdOf(schedule.Name),
                new Schedule(action, schedule.When.Spec)
                {
                    Policy = new SchedulePolicy
                    {
                        Overlap = schedule.Overlap == ScheduleOverlap.Queue ? ScheduleOverlapPolicy.BufferOne : ScheduleOverlapPolicy.Skip,
                        CatchupWindow = schedule.CatchUp,
                    },
                },
                new ScheduleOptions
                {
                    Memo = schedule.Queue is { } queue
                        ? new Dictionary<string, object> { [RunSchedule.WhenMemo] = schedule.When, [RunSchedule.QueueMemo] = queue }
                        : new Dictionary<string, object> { [RunSchedule.WhenMemo] = schedule.When },
                    Rpc = Options(stop),
                }
            );
            return true;
        }
        catch (ScheduleAlreadyRunningException)
        {
            return false;
        }
    }

    /// <summary>All schedules of the repository, by name.</summary>
    /// <param name="since">How far back <see cref="RunSchedule.Due"/> goes.</param>
    /// <param name="now">Until when it goes.</param>
    public async Task<IReadOnlyList<RunSchedule>> ListAsync(DateTimeOffset since, DateTimeOffset now, CancellationToken stop)
    {
        var prefix = PrefixOf(repositoryKey);
        var names = new List<string>();
        await foreach (var schedule in _client.ListSchedulesAsync(new ScheduleListOptions { Rpc = Options(stop) }).WithCancellation(stop))
        {
            if (schedule.Id.StartsWith(prefix, StringComparison.Ordinal))
            {
                names.Add(schedule.Id[prefix.Length..]);
            }
        }
        names.Sort(StringComparer.Ordinal);
        var found = new List<RunSchedule>();
        foreach (var name in names)
        {
            // Lists of servers lag behind: one that was just deleted may still be in them.
            if (await FindAsync(name, since, now, stop) is { } schedule)
            {
                found.Add(schedule);
            }
        }
        return found;
    }

    /// <summary>A schedule by its name; null: there is none.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="since">How far back <see cref="RunSchedule.Due"/> goes.</param>
    /// <param name="now">Until when it goes.</param>
    public async Task<RunSchedule?> FindAsync(string name, DateTimeOffset since, DateTimeOffset now, CancellationToken stop)
    {
        try
        {
            var described = await _client.WorkflowService.DescribeScheduleAsync(
                new DescribeScheduleRequest { Namespace = _client.Options.Namespace, ScheduleId = IdOf(name) },
                Options(stop)
            );
            var created = described.Info.CreateTime.ToDateTimeOffset();
            var due = await TimesAsync(name, created > since ? created : since, now, stop);
            return await RunSchedule.OfAsync(name, described, due, _client.Options.DataConverter);
        }
        catch (RpcException missing) when (missing.Code == RpcException.StatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>The times of a schedule between two moments, earliest first; at most a thousand.</summary>
    public async Task<IReadOnlyList<DateTimeOffset>> TimesAsync(string name, DateTimeOffset from, DateTimeOffset to, CancellationToken stop)
    {
        var times = await _client.WorkflowService.ListScheduleMatchingTimesAsync(
            new ListScheduleMatchingTimesRequest
            {
                Namespace = _client.Options.Namespace,
                ScheduleId = IdOf(name),
                StartTime = Timestamp.FromDateTimeOffset(from),
                EndTime = Timestamp.FromDateTimeOffset(to),
            },
            Options(stop)
        );
        return [.. times.StartTime.Take(MostTimes).Select(time => time.ToDateTimeOffset())];
    }

    /// <summary>Has it start nothing until it is resumed.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="note">Why.</param>
    public Task PauseAsync(string name, string note, CancellationToken stop) => Handle(name).PauseAsync(note, Options(stop));

    /// <summary>Ends a pause.</summary>
    public Task ResumeAsync(string name, CancellationToken stop) => Handle(name).UnpauseAsync(rpcOptions: Options(stop));

    /// <summary>Removes it; runs that it started go on.</summary>
    public Task DeleteAsync(string name, CancellationToken stop) => Handle(name).DeleteAsync(Options(stop));

    /// <summary>Starts a run now, beside an open one too.</summary>
    public Task StartNowAsync(string name, CancellationToken stop) =>
        Handle(name).TriggerAsync(new ScheduleTriggerOptions { Overlap = ScheduleOverlapPolicy.AllowAll, Rpc = Options(stop) });

    private ScheduleHandle Handle(string name) => _client.GetScheduleHandle(IdOf(name));

    private string IdOf(string name) => PrefixOf(repositoryKey) + name;

    private static RpcOptions Options(CancellationToken stop) => new() { CancellationToken = stop };
}
