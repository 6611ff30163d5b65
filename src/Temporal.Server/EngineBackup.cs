using Temporal.Server.Storage;

namespace Temporal.Server;

/// <summary>Copies an engine file as of one moment, also while a server works on it.</summary>
public static class EngineBackup
{
    /// <summary>
    /// Writes the copy: first beside <paramref name="target"/>, and under that name only when it is whole and SQLite finds no fault in it.
    /// </summary>
    /// <param name="source">The engine file; it is only read.</param>
    /// <param name="target">Where the copy goes; must not exist.</param>
    /// <returns>Size of the copy in bytes.</returns>
    /// <exception cref="InvalidOperationException">The source is not an engine file of this release, the target is there already, or the
    /// copy is damaged.</exception>
    /// <exception cref="IOException">The target can't be written.</exception>
    public static long Create(string source, string target)
    {
        if (File.Exists(target))
        {
            throw new InvalidOperationException($"{target} is there already; name a file that is not");
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(target))!;
        if (!Directory.Exists(folder))
        {
            throw new InvalidOperationException($"there is no folder {folder}");
        }

        var partial = target + ".partial";
        Remove(partial);
        try
        {
            StoredFile.Copy(source, partial);
            File.Move(partial, target, overwrite: false);
        }
        catch (SqliteException e)
        {
            throw new IOException($"{source} could not be copied to {target}: {e.Message}", e);
        }
        finally
        {
            Remove(partial);
        }

        return new FileInfo(target).Length;
    }

    private static void Remove(string partial)
    {
        foreach (var suffix in new[] { "", "-wal", "-shm", "-journal" })
        {
            File.Delete(partial + suffix);
        }
    }
}
