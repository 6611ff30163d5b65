using Orchestrator.Messages;
using SQLitePCL;

namespace Orchestrator.KillTest;

/// <summary>Invariants of a finished run, whatever was killed in between.</summary>
public static class Aftermath
{
    private static readonly TimeSpan ProcessPatience = TimeSpan.FromSeconds(30);

    /// <summary>Everything that does not hold, each as a sentence; empty when all is well.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="disturber">The disturber, which knows the kills.</param>
    /// <param name="expected">Content of the target after an undisturbed run, or null for that run itself.</param>
    public static async Task<IReadOnlyList<string>> CheckAsync(KillRepository repository, Disturber disturber, string? expected)
    {
        var faults = new List<string>();
        var found = repository.Fingerprint();
        if (expected is not null && found != expected)
        {
            faults.Add($"the target holds\n{found}\nand after an undisturbed run\n{expected}");
        }
        if (repository.Git("status", "--porcelain", "--untracked-files=no") is { Length: > 0 } status)
        {
            faults.Add("the checkout has changes: " + status);
        }
        if (!File.Exists(repository.UserCommitted))
        {
            faults.Add("the user never committed: the run ended before anything was seen merged");
        }
        if (
            repository.Plan.Review == KillReview.AcceptsTheSecondTime
            && !File.Exists(Path.Combine(repository.Folder, KillPlan.ReviewedFile))
        )
        {
            faults.Add("what the reviewer missed was not made");
        }
        CheckMerges(repository, faults);
        faults.AddRange(Decisions.Check(repository, disturber));
        CheckStarts(repository, disturber, faults);
        if (
            expected is null
            && repository.Rounds() is var rounds
            && rounds.ContainsKey("mover")
            && rounds["mover"] + rounds.GetValueOrDefault("adder") != 3
        )
        {
            faults.Add("undisturbed, one of the two conflicting tasks must have needed a second round");
        }
        faults.AddRange(
            Directory
                .EnumerateFiles(Path.Combine(repository.Folder, ".git"), "*.lock", SearchOption.AllDirectories)
                .Select(file => $"a lock file is left: {file}")
        );
        await CheckProcessesAsync(disturber, faults);
        var integrity = IntegrityOf(Path.Combine(repository.OrchestratorFolder, "engine.db"));
        if (integrity != "ok")
        {
            faults.Add($"PRAGMA integrity_check says: {integrity}");
        }
        return faults;
    }

    private static void CheckMerges(KillRepository repository, List<string> faults)
    {
        var isAborted = repository.Plan.EndsAs == RunStateNames.Cancelled;
        var kept = isAborted ? repository.KeptAborted.ToList() : ["main"];
        if (kept is not [var reached])
        {
            faults.Add($"one ref has to keep what was merged, and there are {kept.Count}");
            return;
        }
        if (isAborted && repository.Git("rev-parse", "main") != File.ReadAllText(repository.UserCommitted))
        {
            faults.Add("the target is not as the user left it");
        }
        var merged = repository
            .Git("log", "--first-parent", "--format=%(trailers:key=Orchestrator-Task,valueonly,separator=%x2C)", reached)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var asking = repository.Plan.Tasks.Where(task => task.Needs is not null).Select(task => $".packages-{task.Id}");
        foreach (var task in repository.Plan.AllTasks.Select(task => task.Id).Concat(asking))
        {
            var times = merged.Count(name => name.Trim() == task);
            if (times != 1)
            {
                faults.Add($"{task} is merged {times} times");
            }
        }
    }

    /// <summary>An agent is paid for once per round, and again for each start that we took from it.</summary>
    private static void CheckStarts(KillRepository repository, Disturber disturber, List<string> faults)
    {
        var rounds = repository.Rounds();
        foreach (var task in repository.Plan.AllTasks)
        {
            var file = Path.Combine(repository.StartsFolder, task.Id);
            var starts = File.Exists(file) ? File.ReadAllLines(file).Length : 0;
            var least = rounds.GetValueOrDefault(task.Id);
            var most = least + disturber.LostStarts(task.Id) + repository.StartsThatFailedOnAFullDisk(task.Id);
            if (starts < least || starts > most)
            {
                faults.Add($"the agent of {task.Id} was started {starts} times; {least} to {most} were needed");
            }
            if (least < 1 || least > task.MostRounds)
            {
                faults.Add($"{task.Id} went through {least} rounds; {task.MostRounds} are enough");
            }
        }

        if (rounds.GetValueOrDefault("mover") + rounds.GetValueOrDefault("adder") > 3)
        {
            faults.Add("both conflicting tasks were sent back; one is enough");
        }
    }

    private static async Task CheckProcessesAsync(Disturber disturber, List<string> faults)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (disturber.Marked().Count > 0)
        {
            if (TimeProvider.System.GetElapsedTime(began) > ProcessPatience)
            {
                faults.AddRange(disturber.Marked().Select(process => $"a process is left: {process.ProcessId} {process.Name}"));
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }

    private static string IntegrityOf(string file)
    {
        Batteries_V2.Init();
        if (!File.Exists(file))
        {
            return $"there is no {file}";
        }
        if (raw.sqlite3_open_v2(file, out var database, raw.SQLITE_OPEN_READWRITE, null) != raw.SQLITE_OK)
        {
            return raw.sqlite3_errmsg(database).utf8_to_string();
        }
        using (database)
        {
            raw.sqlite3_prepare_v2(database, "PRAGMA integrity_check", out var statement);
            using (statement)
            {
                return raw.sqlite3_step(statement) == raw.SQLITE_ROW
                    ? raw.sqlite3_column_text(statement, 0).utf8_to_string()
                    : raw.sqlite3_errmsg(database).utf8_to_string();
            }
        }
    }
}
