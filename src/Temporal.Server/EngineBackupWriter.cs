using Temporal.Server.Storage;

namespace Temporal.Server;

/// <summary>Creates a consistent copy of an embedded Temporal server's database file, even while the server is using that file.</summary>
public static class EngineBackupWriter
{
    /// <summary>
    /// Copies the database file to a temporary file next to <paramref name="target"/>. Renames the copy to the target only if it is
    /// complete and passes SQLite's integrity check.
    /// </summary>
    /// <param name="source">The engine file, which is opened read-only.</param>
    /// <param name="target">Path of the copy. The file must not exist.</param>
    /// <returns>Size of the copy in bytes.</returns>
    /// <exception cref="InvalidOperationException">The source is not an engine file of this release, the target already exists, or the
    /// copy is damaged.</exception>
    /// <exception cref="IOException">The target can't be written.</exception>
    public static long Create(string source, string target)
    {
        if (File.Exists(target))
        {
            throw new InvalidOperationException($"{target} already exists; name a new file");
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(target))!;
        if (!Directory.Exists(folder))
        {
            throw new InvalidOperationException($"the folder {folder} does not exist");
        }

        var partial = target + ".partial";
        Remove(partial);
        try
        {
            ReadOnlyEngineDatabase.Copy(source, partial);
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
