using System.Text;
using Orchestrator.Git.Program;

namespace Orchestrator.Gates.Trees;

/// <summary>The files that gates left in a folder, each with the gates that wrote it, so that a gate can start without the files of others.
/// These are moved aside, and back for gates that start from all files. Nothing else may write to the folder while a method
/// runs.</summary>
/// <remarks>Names are held as Latin-1, one character for each byte.</remarks>
/// <param name="root">Absolute path of the folder.</param>
/// <param name="aside">Absolute path of a folder of our own on the same disk for files that are moved aside.</param>
public sealed class GateOutputs(string root, string aside) : IDisposable
{
    private const int DeepestFolder = 100;
    private const int MostEntries = 2_000_000;

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private bool _isKnown = true;
    private int _moved;

    /// <summary>Takes the files that are there now for those of the set-up.</summary>
    /// <param name="tops">The paths in the folder that are observed, each with all below it.</param>
    public void Begin(IEnumerable<string> tops)
    {
        FolderRemover.Remove(aside);
        foreach (var (path, stamp) in Walk(tops))
        {
            _entries[path] = new Entry { Stamp = stamp, IsOfSetUp = true };
        }
    }

    /// <summary>Attributes all changes since the last call to a gate.</summary>
    /// <param name="gate">The gate that ran.</param>
    /// <param name="tops">As in <see cref="Begin"/>, as they are now.</param>
    /// <returns>True if there are any.</returns>
    public bool Record(Gate gate, IEnumerable<string> tops)
    {
        var now = Walk(tops);
        var hasChanged = false;
        foreach (var (path, stamp) in now)
        {
            if (!_entries.TryGetValue(path, out var entry) || entry.Aside is not null)
            {
                // A file of the same name that was moved aside is older.
                entry = _entries[path] = new Entry();
            }
            if (entry.IsGone || entry.Stamp != stamp)
            {
                (entry.Stamp, entry.IsGone) = (stamp, false);
                hasChanged |= entry.Write(gate);
            }
        }
        foreach (var (path, entry) in _entries.Where(known => known.Value is { IsGone: false, Aside: null }))
        {
            if (!now.ContainsKey(path))
            {
                entry.IsGone = true;
                hasChanged |= entry.Write(gate);
            }
        }
        return hasChanged || !_isKnown;
    }

    /// <summary>True if nothing but the set-up and the given gates wrote the files that are there, or removed files.</summary>
    public bool AreOnlyOf(IReadOnlyCollection<Gate> gates) => _isKnown && _entries.Values.All(entry => !entry.HasForeign(gates));

    /// <summary>Moves aside all files that neither the set-up nor one of the given gates left.</summary>
    /// <returns>False if another gate changed or removed a file of theirs, or the files can't be moved: only a new set-up helps.</returns>
    public bool TryKeepOnly(IReadOnlyCollection<Gate> gates)
    {
        var foreign = _entries.Where(known => known.Value.HasForeign(gates)).ToList();
        if (!_isKnown || foreign.Exists(known => known.Value.IsOfSetUp || known.Value.IsOfOneOf(gates)))
        {
            return false;
        }
        try
        {
            foreach (var (path, entry) in foreign.OrderByDescending(known => known.Key, StringComparer.Ordinal))
            {
                MoveAside(path, entry);
            }
            BringBack(entry => !entry.HasForeign(gates));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _isKnown = false;
            return false;
        }
    }

    /// <summary>The files and folders that are moved aside now; a folder stands for its content.</summary>
    public IReadOnlyList<string> MovedAside =>
        [
            .. _entries
                .Where(known => known.Value.Aside is not null && !IsAside(known.Key[..Math.Max(0, known.Key.LastIndexOf('/'))]))
                .Select(known => FileNames.Decode(Encoding.Latin1.GetBytes(known.Key)))
                .Order(StringComparer.Ordinal),
        ];

    private bool IsAside(string path) => _entries.TryGetValue(path, out var entry) && entry.Aside is not null;

    /// <summary>Moves back what was moved aside, except files in whose place others are now.</summary>
    public void BringAllBack()
    {
        try
        {
            BringBack(_ => true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _isKnown = false; // The gate lacks them and fails, or passes without.
        }
    }

    /// <summary>Discards what was moved aside.</summary>
    public void Dispose() => FolderRemover.Remove(aside);

    // Content comes before its folder, because names are in descending order.
    private void MoveAside(string path, Entry entry)
    {
        if (entry.IsGone || entry.Aside is not null)
        {
            return;
        }
        using var parent = Parent(path, out var name);
        if (parent is null)
        {
            throw new IOException($"The folder of '{path}' is gone.");
        }
        if (entry.Stamp.Kind == EntryKind.Folder)
        {
            // A folder that holds files of needed gates as well stays.
            entry.Aside = parent.Remove(name, isFolder: true) ? "" : null;
            return;
        }
        using var place = FolderHandle.TryOpen(OwnFolder.Ensure(aside)) ?? throw new IOException($"'{aside}' is gone.");
        var moved = (++_moved).ToString(CultureInfo.InvariantCulture);
        parent.Rename(name, place, Encoding.ASCII.GetBytes(moved));
        entry.Aside = moved;
    }

    private void BringBack(Func<Entry, bool> isWanted)
    {
        foreach (
            var (path, entry) in _entries
                .Where(known => known.Value.Aside is not null && isWanted(known.Value))
                .OrderBy(known => known.Key, StringComparer.Ordinal)
        )
        {
            using var parent = Parent(path, out var name);
            if (parent is null || parent.KindOf(name) != EntryKind.Missing)
            {
                continue;
            }
            if (entry.Aside is { Length: > 0 } moved)
            {
                using var place = FolderHandle.TryOpen(aside) ?? throw new IOException($"'{aside}' is gone.");
                place.Rename(Encoding.ASCII.GetBytes(moved), parent, name);
            }
            else
            {
                parent.TryMake(name)?.Dispose();
            }
            (entry.Aside, entry.Stamp) = (null, parent.StampOf(name) ?? default);
        }
    }

    private FolderHandle? Parent(string path, out byte[] name)
    {
        var parts = path.Split('/');
        name = Encoding.Latin1.GetBytes(parts[^1]);
        var folder = FolderHandle.TryOpen(root);
        foreach (var part in parts[..^1])
        {
            if (folder is null)
            {
                return null;
            }
            using var outer = folder;
            folder = outer.TryOpen(Encoding.Latin1.GetBytes(part));
        }
        return folder;
    }

    private Dictionary<string, EntryStamp> Walk(IEnumerable<string> tops)
    {
        Dictionary<string, EntryStamp> found = new(StringComparer.Ordinal);
        try
        {
            foreach (var top in tops)
            {
                var path = Encoding.Latin1.GetString(FileNames.Encode(top.TrimEnd('/')));
                using var parent = Parent(path, out var name);
                if (parent?.StampOf(name) is { } stamp)
                {
                    Add(found, parent, name, path, stamp, 0);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _isKnown = false; // A folder that is closed, or too deep.
        }
        return found;
    }

    private static void Add(
        Dictionary<string, EntryStamp> found,
        FolderHandle parent,
        ReadOnlySpan<byte> name,
        string path,
        EntryStamp stamp,
        int depth
    )
    {
        found[path] = stamp;
        if (found.Count > MostEntries || depth > DeepestFolder)
        {
            throw new IOException($"'{path}' is too deep, or there are too many files.");
        }
        if (stamp.Kind != EntryKind.Folder)
        {
            return;
        }
        using var folder = parent.TryOpen(name);
        foreach (var child in folder?.List() ?? [])
        {
            if (folder!.StampOf(child) is { } below)
            {
                Add(found, folder, child, $"{path}/{Encoding.Latin1.GetString(child)}", below, depth + 1);
            }
        }
    }

    private sealed class Entry
    {
        public EntryStamp Stamp { get; set; }

        /// <summary>True for a file that was there before the first gate.</summary>
        public bool IsOfSetUp { get; init; }

        /// <summary>The gates that wrote or removed it.</summary>
        public List<Gate>? Writers { get; private set; }

        public bool IsGone { get; set; }

        /// <summary>The name of the file that was moved aside, empty for a folder; null: nothing was moved.</summary>
        public string? Aside { get; set; }

        public bool Write(Gate gate)
        {
            Writers ??= [];
            if (!Writers.Contains(gate))
            {
                Writers.Add(gate);
            }
            return true;
        }

        public bool IsOfOneOf(IReadOnlyCollection<Gate> gates) => Writers?.Exists(gates.Contains) == true;

        public bool HasForeign(IReadOnlyCollection<Gate> gates) => Writers?.Exists(gate => !gates.Contains(gate)) == true;
    }
}
