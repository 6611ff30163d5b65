using System.Text;
using Orchestrator.Processes;
using SQLitePCL;

namespace Orchestrator.KillTest;

/// <summary>
/// Makes all that a round left on disk look as if it were from an earlier boot: wherever the boot's id is written down, another takes its
/// place. The program then reads the files of a machine that was restarted, without a way into the program that only tests would use.
/// </summary>
public static class OtherBoot
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Changes the id of the boot in all files of a repository and a home. None of their processes may run any more.</summary>
    /// <param name="repository">The repository's folder.</param>
    /// <param name="home">The home.</param>
    public static void Pretend(string repository, string home)
    {
        var orchestrator = Path.Combine(repository, ".orchestrator");
        var engine = Path.Combine(orchestrator, "engine.db");
        if (File.Exists(engine))
        {
            TakeInLog(engine);
        }
        var present = Encoding.ASCII.GetBytes(ProcessIdentity.CurrentBootId);
        var earlier = Encoding.ASCII.GetBytes(Guid.NewGuid().ToString());
        foreach (var folder in ((string[])[orchestrator, Path.Combine(repository, ".git"), home]).Where(Directory.Exists))
        {
            // Read-only files are git's objects, which name no boot.
            foreach (
                var file in Directory.EnumerateFiles(
                    folder,
                    "*",
                    new EnumerationOptions
                    {
                        RecurseSubdirectories = true,
                        AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.ReadOnly,
                    }
                )
            )
            {
                if (Path.GetExtension(file) != ".sock")
                {
                    Replace(file, present, earlier);
                }
            }
        }
    }

    // The write-ahead log has checksums: what is in it goes to the database file first, which has none.
    private static void TakeInLog(string file)
    {
        Batteries_V2.Init();
        raw.sqlite3_open_v2(file, out var database, raw.SQLITE_OPEN_READWRITE, null);
        using (database)
        {
            raw.sqlite3_busy_timeout(database, 5000);
            if (raw.sqlite3_exec(database, "PRAGMA wal_checkpoint(TRUNCATE)") != raw.SQLITE_OK)
            {
                throw new InvalidOperationException($"{file}: {raw.sqlite3_errmsg(database).utf8_to_string()}");
            }
        }
    }

    // Both are of one length, so that nothing else in the file moves.
    private static void Replace(string path, byte[] old, byte[] other)
    {
        using var stream = Open(path);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var changed = false;
        for (var at = bytes.AsSpan().IndexOf(old); at >= 0; at = bytes.AsSpan().IndexOf(old))
        {
            other.CopyTo(bytes, at);
            changed = true;
        }

        if (!changed)
        {
            return;
        }

        // A reboot leaves the time of a file: by it a note of a git write tells which lock files came after it.
        var written = File.GetLastWriteTimeUtc(stream.SafeFileHandle);
        stream.Position = 0;
        stream.Write(bytes);
        stream.Flush();
        File.SetLastWriteTimeUtc(stream.SafeFileHandle, written);
    }

    // A process that was about to end by itself when everything was killed is in no list any more, and closes its files (engine.lock is
    // locked) a moment later.
    private static FileStream Open(string path)
    {
        for (var began = TimeProvider.System.GetTimestamp(); ; Thread.Sleep(10))
        {
            try
            {
                return new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            }
            catch (IOException held) when (held is not FileNotFoundException)
            {
                if (TimeProvider.System.GetElapsedTime(began) < Patience)
                {
                    continue;
                }
                var holders = ProcessTable
                    .FindByOpenFile(path)
                    .Select(process => $"{process.ProcessId} ({process.Name}, state {process.State}, parent {process.ParentId})");
                throw new InvalidOperationException(
                    $"{path} is still held {Patience.TotalSeconds} s after everything was killed, by: {string.Join(", ", holders)}",
                    held
                );
            }
        }
    }
}
