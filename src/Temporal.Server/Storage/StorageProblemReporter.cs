using SQLitePCL;

namespace Temporal.Server.Storage;

/// <summary>
/// Reports urgent storage problems to the owner of the database file directly, because the log may be on the same disk as the file. Each
/// problem is reported only once while it lasts.
/// </summary>
/// <param name="path">Path of the file.</param>
/// <param name="tell">Callback for the reports, each one sentence.</param>
internal sealed class StorageProblemReporter(string path, Action<string> tell)
{
    private const int PrimaryCode = 0xFF;

    private string? _unwritable;

    /// <summary>
    /// Damage to the file's pages, or null if none was found. Once damage has been found, the server refuses calls and writes nothing more
    /// to the file.
    /// </summary>
    public string? Damage { get; private set; }

    /// <summary>Reports the storage problem that made a write fail, if it is urgent and has not been reported yet.</summary>
    public void Unwritten(Exception failure)
    {
        var said = failure is SqliteException e
            ? (e.Code & PrimaryCode) switch
            {
                raw.SQLITE_FULL => $"The disk of {path} is full, so changes are refused until space is freed.",
                raw.SQLITE_IOERR or raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN =>
                    $"{path} can't be written: {failure.Message}. Changes are refused until the file can be written again.",
                _ => null,
            }
            : null;
        if (said is not null && Interlocked.Exchange(ref _unwritable, said) is null)
        {
            tell(said);
        }
    }

    /// <summary>Reports the end of a reported storage problem after the first successful write.</summary>
    public void Written()
    {
        if (_unwritable is not null && Interlocked.Exchange(ref _unwritable, null) is not null)
        {
            tell($"{path} can be written again.");
        }
    }

    /// <summary>Reports damage that was found while the server was using the file.</summary>
    public void Damaged(string sentence)
    {
        Damage = sentence;
        tell(sentence);
    }
}
