using System.Globalization;
using System.Text;
using System.Text.Json;
using Orchestrator.App.Programs;
using Orchestrator.Git;
using Orchestrator.Git.Commits;

namespace Orchestrator.App.Night;

/// <summary>
/// Rehearses an unattended run in which processes are killed, a usage limit is reached and a disk becomes full. Executes the repository's
/// own plan and gates in a throwaway clone, with scripted agents that repeat the changes of a range of commits. All files are removed
/// afterward.
/// </summary>
public sealed class KillRehearsal
{
    private const int MostResumes = 20;
    private const int Resumable = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(2);
    private readonly KillRehearsalRequest _request;
    private readonly Action<string> _say;

    /// <summary>Creates a rehearsal of an unattended run in which processes are killed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="say">Receives a line about each step.</param>
    public KillRehearsal(KillRehearsalRequest request, Action<string> say) => (_request, _say) = (request, say);

    /// <summary>Runs the rehearsal.</summary>
    /// <param name="stop">Cancels the rehearsal and ends all processes that it started.</param>
    /// <exception cref="UseCaseException">The range is unknown, or no task owns any of its changes.</exception>
    public async Task<KillRehearsalOutcome> RunAsync(CancellationToken stop)
    {
        var (first, last) = await RangeAsync(stop);
        var repository = await new GitRepositoryCache().OpenAsync(_request.Repository);
        var changed = (await new GitDiffReader(repository).BetweenAsync(first, last, stop)).Select(file => file.Path).ToList();
        var owned = _request.Plan.Tasks.ToDictionary(task => task.Id, task => changed.Where(TaskFileOwnership.Of(task).Owns).ToList());
        var tasks = _request.Plan.Tasks.Where(task => owned[task.Id].Count > 0).Select(task => task.Id).ToList();
        if (tasks.Count == 0)
        {
            throw RehearsalClone.Fault(
                $"The commits {_request.Commits} change no file that a task of the plan owns, so the scripted agents have no work. "
                    + "Name the commits that did this plan's work: --commits FIRST..LAST."
            );
        }
        using var place = new RehearsalClone(_request.SmallDisk);
        var branch = await RehearsalClone.GitAsync(_request.Repository, stop, "symbolic-ref", "--short", "HEAD");
        await place.CloneAsync(_request, branch, first, stop);
        place.WritePlan(RehearsedPlan(tasks));
        RehearsalAgent.Write(place, last);
        foreach (var task in tasks)
        {
            SymlinkSafeFileWriter.Write(Path.Combine(place.Records, "files", task), string.Concat(owned[task].Select(file => file + "\n")));
        }
        var disturber = new RehearsalDisturber(place, _request, tasks.Count);
        try
        {
            await RehearseAsync(place, disturber, stop);
            return await ReadAsync(place, disturber, owned, tasks, last, stop) with
            {
                Unowned = [.. changed.Where(file => !owned.Values.Any(files => files.Contains(file)))],
            };
        }
        finally
        {
            await disturber.StopAllAsync();
        }
    }

    private async Task<(string First, string Last)> RangeAsync(CancellationToken stop)
    {
        if (_request.Commits.Split("..") is not [{ Length: > 0 } first, { Length: > 0 } last])
        {
            throw RehearsalClone.Fault($"'{_request.Commits}' is not a range of commits. Write FIRST..LAST.");
        }
        return (await CommitAsync(first), await CommitAsync(last));

        async Task<string> CommitAsync(string name) =>
            await RehearsalClone.GitAsync(_request.Repository, stop, "rev-parse", "--verify", "--end-of-options", name + "^{commit}");
    }

    // Tasks without changes are omitted, and dependencies on them count as done. Agents and models are scripted.
    private Plan RehearsedPlan(IReadOnlyList<string> tasks) =>
        _request.Plan with
        {
            Tasks =
            [
                .. _request
                    .Plan.Tasks.Where(task => tasks.Contains(task.Id))
                    .Select(task => task with { Agent = null, Model = null, DependsOn = [.. task.DependsOn.Where(tasks.Contains)] }),
            ],
        };

    private async Task RehearseAsync(RehearsalClone place, RehearsalDisturber disturber, CancellationToken stop)
    {
        await OrchestrateAsync(place, stop, "trust", "--yes");
        var resumes = 0;
        for (var command = await RunPlanAsync(place); ; await Task.Delay(Pause, stop))
        {
            var killed = await disturber.DisturbIfDueAsync(StartFiles(place).Count(), command);
            if (!killed && command.IsAlive())
            {
                continue;
            }
            var (exit, run) = await StatusAsync(place, stop);
            if ((!killed && exit != Resumable) || resumes++ == MostResumes)
            {
                return;
            }
            command = run is null ? await RunPlanAsync(place) : await StartAsync(place, "resume");
        }
    }

    private Task<ProcessIdentity> RunPlanAsync(RehearsalClone place) =>
        StartAsync(place, "run", place.PlanFile, "--approve-risk", "1000000");

    private Task<ProcessIdentity> StartAsync(RehearsalClone place, params string[] arguments)
    {
        _say($"orchestrate {string.Join(' ', arguments)}");
        string[] all = [.. ThisProgramCommand.Command.Skip(1), .. arguments, "--yes", "--no-progress"];
        return new DetachedProcessStarter().StartAsync(
            new DetachedProcessOptions(ThisProgramCommand.Command[0], all)
            {
                WorkingDirectory = place.Clone,
                Environment = place.Environment(_request),
                OutputFile = place.Log,
                ErrorFile = place.Log,
            }
        );
    }

    private Task<ProcessResult> OrchestrateAsync(RehearsalClone place, CancellationToken stop, params string[] arguments) =>
        new ProcessRunner().RunAsync(
            new ChildProcessOptions(ThisProgramCommand.Command[0], [.. ThisProgramCommand.Command.Skip(1), .. arguments])
            {
                WorkingDirectory = place.Clone,
                Environment = place.Environment(_request),
            },
            stop
        );

    private async Task<(int Exit, JsonElement? Document)> StatusAsync(RehearsalClone place, CancellationToken stop)
    {
        var status = await OrchestrateAsync(place, stop, "status", "--json", "--exit-code");
        var text = status.StandardOutput.Text;
        if (!text.StartsWith('{'))
        {
            return (status.ExitCode, null);
        }
        using var document = JsonDocument.Parse(text);
        return (status.ExitCode, document.RootElement.Clone());
    }

    private async Task<KillRehearsalOutcome> ReadAsync(
        RehearsalClone place,
        RehearsalDisturber disturber,
        Dictionary<string, List<string>> owned,
        IReadOnlyList<string> tasks,
        string last,
        CancellationToken stop
    )
    {
        var (_, status) = await StatusAsync(place, stop);
        if (status is not { } run)
        {
            var log = Encoding.UTF8.GetString(SmallFileReader.TryRead(place.Log) ?? []).Split('\n').TakeLast(20);
            throw RehearsalClone.Fault($"The rehearsed run did not start:\n{string.Join('\n', log)}");
        }
        var clone = await new GitRepositoryCache().OpenAsync(place.Clone);
        var differs = (await new GitDiffReader(clone).BetweenAsync("HEAD", last, stop)).Select(file => file.Path).ToHashSet();
        var starts = Starts(place);
        var attempts = run.GetProperty("tasks")
            .EnumerateArray()
            .ToDictionary(task => task.GetProperty("id").GetString()!, task => task.GetProperty("attempt").GetInt32());
        return new(
            _request.Seed,
            tasks,
            [.. _request.Plan.Tasks.Select(task => task.Id).Except(tasks)],
            [],
            disturber.Happened,
            run.GetProperty("state").GetString()!,
            [.. tasks.Where(task => !owned[task].Exists(differs.Contains))],
            [.. tasks.SelectMany(task => owned[task]).Where(differs.Contains).Distinct()],
            starts.Count,
            [.. tasks.Where(task => starts.Count(start => start.Task == task && start.IsDone) > attempts.GetValueOrDefault(task))],
            [.. tasks.Where(task => attempts.GetValueOrDefault(task) > 1)],
            Blocked(place, disturber, starts),
            [.. run.GetProperty("questions").EnumerateArray().Select(question => question.GetProperty("question").GetString()!)]
        );
    }

    // Each agent start has a file named TASK.NANOSECONDS.
    private static IEnumerable<string> StartFiles(RehearsalClone place) =>
        Directory
            .EnumerateFiles(Path.Combine(place.Records, "starts"))
            .Where(file => Path.GetExtension(file) is not (".done" or ".refused"));

    private static List<(string Task, DateTimeOffset From, bool IsDone)> Starts(RehearsalClone place) =>
        [
            .. StartFiles(place)
                .Select(file => (File: file, From: TimeOf(Path.GetExtension(file)[1..])))
                .OrderBy(start => start.From)
                .Select(start => (Path.GetFileNameWithoutExtension(start.File), start.From, File.Exists(start.File + ".done"))),
        ];

    private static DateTimeOffset TimeOf(string nanoseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(nanoseconds, CultureInfo.InvariantCulture) / 1_000_000);

    private static int Blocked(
        RehearsalClone place,
        RehearsalDisturber disturber,
        IReadOnlyList<(string Task, DateTimeOffset From, bool IsDone)> starts
    )
    {
        var refusals = Directory
            .EnumerateFiles(Path.Combine(place.Records, "starts"), "*.refused")
            .Select(file => TimeOf(Path.GetExtension(Path.GetFileNameWithoutExtension(file))[1..]))
            .ToList();
        return refusals.Count > 0 && disturber.Limit is var (_, until)
            ? starts.Count(start => start.From > refusals.Min() + Notice && start.From < until)
            : 0;
    }
}
