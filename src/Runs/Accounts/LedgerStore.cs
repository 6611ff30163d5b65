using System.Collections.Concurrent;
using System.Collections.Immutable;
using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>
/// Thrown if an account's ledger can't be used because it is incomplete, has an unknown format or belongs to another user. Nothing was
/// changed.
/// </summary>
/// <param name="message">Names the file, the cause and the remedy.</param>
public sealed class LedgerDamagedException(string message) : IOException(message);

/// <summary>
/// Stores the ledgers of a user's accounts, in one file per account that all repositories share. One lock covers all files, because some
/// budgets span several accounts. Files are replaced atomically.
/// </summary>
/// <param name="environment">Environment of the process, which determines the user's state folder.</param>
public sealed class LedgerStore(IReadOnlyDictionary<string, string> environment)
{
    private const string Ending = ".ledger.json";

    /// <summary>Cache of parsed ledgers by account. An entry is valid while the content of the ledger file is unchanged.</summary>
    private readonly ConcurrentDictionary<string, (byte[] Content, AccountLedger Ledger)> _known = new(StringComparer.Ordinal);

    /// <summary>Absolute path of the folder that contains the ledgers.</summary>
    public string Folder { get; } = Path.Combine(UserStateFolder.RootOf(environment), "usage");

    /// <summary>Returns the absolute path of an account's ledger file.</summary>
    public string PathOf(string account) => Path.Combine(Folder, account + Ending);

    /// <summary>Reads the current ledgers of all accounts.</summary>
    /// <exception cref="LedgerDamagedException">A ledger can't be read.</exception>
    public AccountLedgerSet Read() =>
        new(ReadAll().ToImmutableSortedDictionary(ledger => ledger.Account, ledger => ledger, StringComparer.Ordinal));

    /// <summary>
    /// Reads the ledgers that can be used. Also returns one sentence about the problem of each ledger that can't be used.
    /// </summary>
    public (AccountLedgerSet Book, IReadOnlyList<string> Faults) TryRead()
    {
        var book = AccountLedgerSet.Empty;
        var faults = new List<string>();
        foreach (var path in Files())
        {
            try
            {
                book = ReadOne(path) is { } ledger ? book.With(ledger) : book;
            }
            catch (LedgerDamagedException damaged)
            {
                faults.Add(damaged.Message);
            }
        }
        return (book, faults);
    }

    /// <summary>Takes the lock on the ledgers. No other process can change a ledger until the returned object is disposed.</summary>
    /// <exception cref="LedgerDamagedException">The folder does not belong to this user.</exception>
    public async Task<ExclusiveAccountLedgerAccess> LockAsync(CancellationToken stop)
    {
        var path = Path.Combine(Folder, "lock");
        try
        {
            PrivateFolder.Make(Folder);
            return new ExclusiveAccountLedgerAccess(this, await InterProcessFileLock.AcquireAsync(path, stop));
        }
        catch (UnauthorizedAccessException refused)
        {
            throw Damaged(path, refused.Message);
        }
    }

    /// <summary>Reads, changes and writes the ledgers while holding the lock.</summary>
    /// <param name="change">Returns the changed ledgers and the result of the call.</param>
    public async Task<T> ChangeAsync<T>(Func<AccountLedgerSet, (AccountLedgerSet Book, T Result)> change, CancellationToken stop)
    {
        using var locked = await LockAsync(stop);
        var (book, result) = change(locked.Book);
        locked.Write(book);
        return result;
    }

    internal void Write(AccountLedger ledger)
    {
        var path = PathOf(ledger.Account);
        try
        {
            var content = AccountLedgerSerializer.Write(ledger);
            DurableFile.Write(path, content);
            CacheLedger(path, content, ledger);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw Damaged(path, refused.Message);
        }
    }

    private IEnumerable<AccountLedger> ReadAll() => Files().Select(ReadOne).OfType<AccountLedger>();

    private string[] Files()
    {
        try
        {
            return Directory.Exists(Folder) ? Directory.GetFiles(Folder, "*" + Ending) : [];
        }
        catch (UnauthorizedAccessException refused)
        {
            throw Damaged(Folder, refused.Message);
        }
    }

    private AccountLedger? ReadOne(string path)
    {
        var account = Path.GetFileName(path)[..^Ending.Length];
        if (FileOwnerUserIdReader.Of(path) is { } owner && owner != FileOwnerUserIdReader.Current)
        {
            throw Damaged(path, string.Create(CultureInfo.InvariantCulture, $"it belongs to another user (user ID {owner})"));
        }
        byte[]? content;
        try
        {
            content = SmallFileReader.TryRead(path);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw Damaged(path, refused.Message);
        }
        if (content is not null && _known.TryGetValue(path, out var known) && content.AsSpan().SequenceEqual(known.Content))
        {
            return known.Ledger;
        }
        return content is null ? null
            : AccountLedgerSerializer.TryRead(content, account, out var ledger, out var fault) ? CacheLedger(path, content, ledger)
            : throw Damaged(path, fault);
    }

    private AccountLedger CacheLedger(string path, byte[] content, AccountLedger ledger)
    {
        _known[path] = (content, ledger);
        return ledger;
    }

    private static LedgerDamagedException Damaged(string path, string fault) =>
        new(
            $"{path} can't be used: {fault.TrimEnd('.')}. The file records an account's spending and limits, so no "
                + "agent is started and the file stays unchanged. Restore it from a backup, or move it away. The account "
                + "then starts at zero, and its earlier spending stays in the history file next to it."
        );
}

/// <summary>Access to the ledgers while this process holds the lock.</summary>
public sealed class ExclusiveAccountLedgerAccess : IDisposable
{
    private readonly LedgerStore _ledgers;
    private readonly InterProcessFileLock _lock;

    internal ExclusiveAccountLedgerAccess(LedgerStore ledgers, InterProcessFileLock taken)
    {
        _ledgers = ledgers;
        _lock = taken;
        try
        {
            Book = ledgers.Read();
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>The ledgers as they are stored now.</summary>
    public AccountLedgerSet Book { get; private set; }

    /// <summary>Writes the ledgers that have changed.</summary>
    public void Write(AccountLedgerSet next)
    {
        foreach (var ledger in next.Ledgers.Values)
        {
            if (!ReferenceEquals(ledger, Book.Ledgers.GetValueOrDefault(ledger.Account)))
            {
                _ledgers.Write(ledger);
            }
        }
        Book = next;
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}
