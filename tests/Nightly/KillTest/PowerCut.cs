namespace Orchestrator.KillTest;

/// <summary>
/// Simulates a power cut: each unsynced file may be gone, truncated anywhere, or end in zeros. No state that a run needs may be lost this
/// way, because it is in the engine's file or in git, which both sync, or is synced before the engine is notified.
/// </summary>
public static class PowerCut
{
    /// <summary>
    /// Files of ours that are written without a sync: notes of git writes, what the guard keeps, what people watch, transitions.
    /// </summary>
    /// <param name="repository">The round's repository.</param>
    public static IEnumerable<string> Unsynced(KillRepository repository)
    {
        var own = Path.Combine(repository.Folder, ".git", "orchestrator");
        foreach (var file in Files(Path.Combine(own, "writes"), "*").Concat(Files(Path.Combine(own, "tmp"), "*")))
        {
            yield return file;
        }
        foreach (var folder in Folders(repository.Home, "guard"))
        {
            foreach (var file in Files(folder, "*"))
            {
                yield return file;
            }
        }
        foreach (
            var file in Files(Path.Combine(repository.OrchestratorFolder, "runs"), "events.jsonl")
                .Concat(Files(Path.Combine(repository.OrchestratorFolder, "runs"), "progress.json"))
        )
        {
            yield return file;
        }
    }

    /// <summary>Drops or tears some of them.</summary>
    /// <param name="repository">The round's repository; nothing of the round runs any more.</param>
    /// <param name="random">Makes the choices.</param>
    /// <returns>The damage to each file that was hit.</returns>
    public static IReadOnlyList<string> Lose(KillRepository repository, Random random)
    {
        var lost = new List<string>();
        foreach (var file in Unsynced(repository).Order(StringComparer.Ordinal).ToList())
        {
            var written = File.GetLastWriteTimeUtc(file);
            switch (random.Next(4))
            {
                case 0:
                    File.Delete(file);
                    lost.Add($"dropped {file}");
                    continue;
                case 1:
                    using (var stream = new FileStream(file, FileMode.Open, FileAccess.Write))
                    {
                        stream.SetLength(random.NextInt64(stream.Length + 1));
                    }
                    break;
                case 2:
                    using (var stream = new FileStream(file, FileMode.Open, FileAccess.Write))
                    {
                        var length = stream.Length;
                        stream.SetLength(random.NextInt64(length + 1));
                        stream.SetLength(length);
                    }
                    break;
                default:
                    continue;
            }
            File.SetLastWriteTimeUtc(file, written);
            lost.Add($"torn {file}");
        }

        // The machine was started since: whatever lock is there is older than that.
        foreach (var held in Files(Path.Combine(repository.Folder, ".git"), "*.lock"))
        {
            File.SetLastWriteTimeUtc(held, DateTime.UtcNow - TimeSpan.FromMilliseconds(Environment.TickCount64) - TimeSpan.FromDays(1));
        }
        return lost;
    }

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories) : [];

    private static IEnumerable<string> Folders(string folder, string name) =>
        Directory.Exists(folder) ? Directory.EnumerateDirectories(folder, name, SearchOption.AllDirectories) : [];
}
