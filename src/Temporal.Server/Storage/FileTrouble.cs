using SQLitePCL;

namespace Temporal.Server.Storage;

/// <summary>
/// What the owner of a file has to hear at once: its log may lie on the same disk. Said once, until it is over.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="tell">Who is told.</param>
internal sealed class FileTrouble(string path, Action<string> tell)
{
    private const int PrimaryCode = 0xFF;

    private string? _unwritable;

    /// <summary>The fault of the file's pages; null while none is known. With a fault nothing is read or written any more.</summary>
    public string? Damage { get; private set; }

    /// <summary>A change could not be written.</summary>
    public void Unwritten(Exception failure)
    {
        var said = failure is SqliteException e
            ? (e.Code & PrimaryCode) switch
            {
                raw.SQLITE_FULL => $"The disk of {path} is full: changes are refused until there is room.",
                raw.SQLITE_IOERR or raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN =>
                    $"{path} can't be written: {failure.Message}. Changes are refused until it can.",
                _ => null,
            }
            : null;
        if (said is not null && Interlocked.Exchange(ref _unwritable, said) is null)
        {
            tell(said);
        }
    }

    /// <summary>A change was written.</summary>
    public void Written()
    {
        if (_unwritable is not null && Interlocked.Exchange(ref _unwritable, null) is not null)
        {
            tell($"{path} can be written again.");
        }
    }

    /// <summary>The file was found to be damaged while it is served.</summary>
    public void Damaged(string sentence)
    {
        Damage = sentence;
        tell(sentence);
    }
}
