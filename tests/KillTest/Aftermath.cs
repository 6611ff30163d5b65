using SQLitePCL;

namespace Orchestrator.KillTest;

/// <summary>What must hold when a run has ended, whatever was killed in between.</summary>
public static class Aftermath
{
    private static readonly TimeSpan ProcessPatience = TimeSpan.FromSeconds(30);

    /// <summary>Everything that does not hold, each as a sentence; empty when all is well.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="disturber">What was killed.</param>
    /// <param name="expectedTree">Tree of the target after an undisturbed run; null: not compared.</param>
    public static async Task<IReadOnlyList<string>> CheckAsync(KillRepository repository, Disturber disturber, string? expectedTree)
    {
        var faults = new List<string>();
        var tree = repository.Git("rev-parse", "main^{tree}");
        if (expectedTree is not null && tree != expectedTree)
            faults.Add($"the target's tree is {tree}, that of an undisturbed run is {expectedTree}");
        if (repository.Git("status", "--porcelain", "--untracked-files=no").Length > 0)
            faults.Add("the checkout has changes: " + repository.Git("status", "--porcelain", "--untracked-files=no"));
        CheckMerges(repository, faults);
        CheckStarts(repository, disturber, faults);
        faults.AddRange(Directory.EnumerateFiles(Path.Combine(repository.Folder, ".git"), "*.lock", SearchOption.AllDirectories).Select(file => $"a lock file is left: {file}"));
        await CheckProcessesAsync(disturber, faults);
        var integrity = IntegrityOf(Path.Combine(repository.Folder, ".orchestrator", "engine.db"));
        if (integrity != "ok")
            faults.Add($"PRAGMA integrity_check says: {integrity}");
        return faults;
    }

    private static void CheckMerges(KillRepository repository, List<string> faults)
    {
        var merged = repository.Git("log", "--first-parent", "--format=%(trailers:key=Orchestrator-Task,valueonly,separator=%x2C)", "main")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var task in KillRepository.TaskIds)
        {
            var times = merged.Count(name => name.Trim() == task);
            if (times != 1)
                faults.Add($"{task} is merged {times} times");
        }
    }

    private static void CheckStarts(KillRepository repository, Disturber disturber, List<string> faults)
    {
        foreach (var task in KillRepository.TaskIds)
        {
            var file = Path.Combine(repository.StartsFolder, task);
            var starts = File.Exists(file) ? File.ReadAllLines(file).Length : 0;
            var least = task == KillRepository.RemediatedTask ? 2 : 1;
            var most = least + disturber.AgentKills.GetValueOrDefault(task);
            if (starts < least || starts > most)
                faults.Add($"the agent of {task} was started {starts} times; {least} to {most} were needed");
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
            return $"there is no {file}";
        if (raw.sqlite3_open_v2(file, out var database, raw.SQLITE_OPEN_READWRITE, null) != raw.SQLITE_OK)
            return raw.sqlite3_errmsg(database).utf8_to_string();
        using (database)
        {
            raw.sqlite3_prepare_v2(database, "PRAGMA integrity_check", out var statement);
            using (statement)
                return raw.sqlite3_step(statement) == raw.SQLITE_ROW ? raw.sqlite3_column_text(statement, 0).utf8_to_string() : raw.sqlite3_errmsg(database).utf8_to_string();
        }
    }
}
