using System.Text;
using Orchestrator.Git.Program;

namespace Orchestrator.Gates.Trees;

/// <summary>
/// Tracks the files that gates write to a folder, so that a gate can start without the output of unrelated gates. Such output is moved to
/// another folder, and restored for gates that need all files. No other program may write to the folder while a method runs.
/// </summary>
/// <remarks>Names are stored as Latin-1 text, with one character per byte.</remarks>
/// <param name="root">Absolute path of the folder.</param>
/// <param name="stash">Absolute path of a folder on the same disk to which files are moved. Only this class uses the folder.</param>
public sealed class GateWrittenFileTracker(string root, string stash) : IDisposable
{
    private const int DeepestFolder = 100;
    private const int MostEntries = 2_000_000;

    private readonly Dictionary<string, GateWrittenFileRecord> _entries = new(StringComparer.Ordinal);
    private bool _isKnown = true;
    private int _moved;

    /// <summary>Records the existing files as files of the set-up.</summary>
    /// <param name="tops">Observed paths in the folder. A path includes all files below it.</param>
    public void Begin(IEnumerable<string> tops)
    {
        FolderRemover.Remove(stash);
        foreach (var (path, stamp) in Walk(tops))
        {
            _entries[path] = new GateWrittenFileRecord { Stamp = stamp, IsOfSetUp = true };
        }
    }

    /// <summary>Records all changes since the previous call as changes made by a gate. Returns true if there are any.</summary>
    /// <param name="gate">Gate that ran.</param>
    /// <param name="tops">Observed paths as in <see cref="Begin"/>, at the current time.</param>
    /// <returns>True if there are any changes.</returns>
    public bool Record(Gate gate, IEnumerable<string> tops)
    {
        var now = Walk(tops);
        var hasChanged = false;
        foreach (var (path, stamp) in now)
        {
            if (!_entries.TryGetValue(path, out var entry) || entry.StashName is not null)
            {
                // A stashed file with the same name is older.
                entry = _entries[path] = new GateWrittenFileRecord();
            }
            if (entry.IsGone || entry.Stamp != stamp)
            {
                (entry.Stamp, entry.IsGone) = (stamp, false);
                hasChanged |= entry.Write(gate);
            }
        }
        foreach (var (path, entry) in _entries.Where(known => known.Value is { IsGone: false, StashName: null }))
        {
            if (!now.ContainsKey(path))
            {
                entry.IsGone = true;
                hasChanged |= entry.Write(gate);
            }
        }
        return hasChanged || !_isKnown;
    }

    /// <summary>True if only the set-up and the given gates wrote or removed files.</summary>
    public bool AreOnlyOf(IReadOnlyCollection<Gate> gates) => _isKnown && _entries.Values.All(entry => !entry.HasForeign(gates));

    /// <summary>
    /// Moves files to the stash folder if neither the set-up nor one of the given gates wrote them. Moves all other stashed files back.
    /// </summary>
    /// <returns>False if another gate changed or removed one of their files, or the files can't be moved. The worktree must then be set up
    /// again.</returns>
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
                Stash(path, entry);
            }
            RestoreWhere(entry => !entry.HasForeign(gates));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _isKnown = false;
            return false;
        }
    }

    /// <summary>Files and folders that are currently in the stash folder. A listed folder includes everything in it.</summary>
    public IReadOnlyList<string> Stashed =>
        [
            .. _entries
                .Where(known => known.Value.StashName is not null && !IsStashed(known.Key[..Math.Max(0, known.Key.LastIndexOf('/'))]))
                .Select(known => FileNameEncoding.Decode(Encoding.Latin1.GetBytes(known.Key)))
                .Order(StringComparer.Ordinal),
        ];

    private bool IsStashed(string path) => _entries.TryGetValue(path, out var entry) && entry.StashName is not null;

    /// <summary>Moves all stashed files back, except those that were replaced by new ones.</summary>
    public void RestoreAll()
    {
        try
        {
            RestoreWhere(_ => true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _isKnown = false; // The gate then runs without these files.
        }
    }

    /// <summary>Deletes the stash folder and the files in it.</summary>
    public void Dispose() => FolderRemover.Remove(stash);

    // Names are in descending order, so that content comes before its folder.
    private void Stash(string path, GateWrittenFileRecord entry)
    {
        if (entry.IsGone || entry.StashName is not null)
        {
            return;
        }
        using var parent = Parent(path, out var name);
        if (parent is null)
        {
            throw new IOException($"The folder of '{path}' no longer exists.");
        }
        if (entry.Stamp.Kind == FileSystemEntryKind.Folder)
        {
            // A folder that also contains files of needed gates is not moved.
            entry.StashName = parent.Remove(name, isFolder: true) ? "" : null;
            return;
        }
        using var place =
            FolderHandle.TryOpen(OrchestratorFolderCreator.Ensure(stash)) ?? throw new IOException($"'{stash}' no longer exists.");
        var moved = (++_moved).ToString(CultureInfo.InvariantCulture);
        parent.Rename(name, place, Encoding.ASCII.GetBytes(moved));
        entry.StashName = moved;
    }

    private void RestoreWhere(Func<GateWrittenFileRecord, bool> isWanted)
    {
        foreach (
            var (path, entry) in _entries
                .Where(known => known.Value.StashName is not null && isWanted(known.Value))
                .OrderBy(known => known.Key, StringComparer.Ordinal)
        )
        {
            using var parent = Parent(path, out var name);
            if (parent is null || parent.KindOf(name) != FileSystemEntryKind.Missing)
            {
                continue;
            }
            if (entry.StashName is { Length: > 0 } moved)
            {
                using var place = FolderHandle.TryOpen(stash) ?? throw new IOException($"'{stash}' no longer exists.");
                place.Rename(Encoding.ASCII.GetBytes(moved), parent, name);
            }
            else
            {
                parent.TryMake(name)?.Dispose();
            }
            (entry.StashName, entry.Stamp) = (null, parent.StampOf(name) ?? default);
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

    private Dictionary<string, FileSystemEntryStamp> Walk(IEnumerable<string> tops)
    {
        Dictionary<string, FileSystemEntryStamp> found = new(StringComparer.Ordinal);
        try
        {
            foreach (var top in tops)
            {
                var path = Encoding.Latin1.GetString(FileNameEncoding.Encode(top.TrimEnd('/')));
                using var parent = Parent(path, out var name);
                if (parent?.StampOf(name) is { } stamp)
                {
                    Add(found, parent, name, path, stamp, 0);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _isKnown = false; // The folder can't be opened or is nested too deeply.
        }
        return found;
    }

    private static void Add(
        Dictionary<string, FileSystemEntryStamp> found,
        FolderHandle parent,
        ReadOnlySpan<byte> name,
        string path,
        FileSystemEntryStamp stamp,
        int depth
    )
    {
        found[path] = stamp;
        if (found.Count > MostEntries || depth > DeepestFolder)
        {
            throw new IOException($"'{path}' is nested too deeply or has too many files.");
        }
        if (stamp.Kind != FileSystemEntryKind.Folder)
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

    private sealed class GateWrittenFileRecord
    {
        public FileSystemEntryStamp Stamp { get; set; }

        /// <summary>True for a file that existed before the first gate ran.</summary>
        public bool IsOfSetUp { get; init; }

        /// <summary>Gates that wrote or removed the file.</summary>
        public List<Gate>? Writers { get; private set; }

        public bool IsGone { get; set; }

        /// <summary>Name of the stashed file. Empty for a stashed folder, or null if the file or folder is not stashed.</summary>
        public string? StashName { get; set; }

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
