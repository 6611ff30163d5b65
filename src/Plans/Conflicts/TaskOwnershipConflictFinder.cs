namespace Orchestrator.Plans;

/// <summary>Finds conflicts over files and resources between the tasks of a plan.</summary>
internal sealed class TaskOwnershipConflictFinder
{
    private const string PatchPrefix = "patch:";
    private readonly PlanTask[] _tasks;
    private readonly Lazy<TaskDependencyIndex> _order;
    private readonly Dictionary<string, PathPattern> _patterns = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GlobPathSegment> _parts = new(StringComparer.Ordinal);
    private readonly PathTrie _writes = new();

    public TaskOwnershipConflictFinder(Plan plan, TaskGraph graph)
    {
        _tasks = [.. plan.Tasks];
        _order = new Lazy<TaskDependencyIndex>(graph.ToOrder);
        for (var i = 0; i < _tasks.Length; i++)
        {
            foreach (var path in Open(i) ? _tasks[i].FilesWrite ?? [] : [])
            {
                _writes.Add(i, Pattern(path));
            }
        }
    }

    public bool IsTruncated { get; private set; }

    public IReadOnlyList<TaskOwnershipConflict> Conflicts()
    {
        var found = new TaskOwnershipConflictCollector(this, TaskAccessConflictKind.Write);
        PathTrieOverlaps.Find(
            _writes,
            _writes,
            (a, b) => found.Add(FileOrResourceKind.File, a.Owner, b.Owner, Narrower(a, b)),
            same => found.AreChained(same.Select(e => e.Owner))
        );

        // A patch intent conflicts with the owners of its file. Two patch intents conflict only if they share the file's patch resource.
        var patches = Trie(i => _tasks[i].PatchIntents.Select(p => p.File));
        PathTrieOverlaps.Find(
            patches,
            _writes,
            (patch, write) => found.Add(FileOrResourceKind.File, patch.Owner, write.Owner, Narrower(patch, write))
        );
        var writers = Writers();
        AddConflicts(writers, writers, found);
        return found.Sorted();
    }

    public IReadOnlyList<TaskOwnershipConflict> Warnings()
    {
        var reads = new TaskOwnershipConflictCollector(this, TaskAccessConflictKind.Read);
        PathTrieOverlaps.Find(
            Trie(i => _tasks[i].FilesRead ?? []),
            _writes,
            (read, write) => reads.Add(FileOrResourceKind.File, read.Owner, write.Owner, Narrower(read, write))
        );
        AddConflicts(Resources(t => t.ResourcesRead), Writers(), reads);

        var appends = new TaskOwnershipConflictCollector(this, TaskAccessConflictKind.Append);
        PathTrieOverlaps.Find(
            Trie(i => _tasks[i].FilesAppend),
            _writes,
            (append, write) => appends.Add(FileOrResourceKind.File, append.Owner, write.Owner, Narrower(append, write))
        );
        return [.. reads.Sorted(), .. appends.Sorted()];
    }

    private static string Narrower(PathTrie.OwnedPathPattern a, PathTrie.OwnedPathPattern b)
    {
        if (a.IsLiteral != b.IsLiteral)
        {
            (var path, var pattern) = a.IsLiteral ? (a.Text, b.Text) : (b.Text, a.Text);
            var isBelow = pattern.Length > path.Length && pattern[path.Length] == '/' && pattern.StartsWith(path, StringComparison.Ordinal);
            return isBelow ? pattern : path;
        }
        var longer = a.Text.Length.CompareTo(b.Text.Length);
        return longer > 0 || (longer == 0 && string.CompareOrdinal(a.Text, b.Text) <= 0) ? a.Text : b.Text;
    }

    private static void AddConflicts(
        Dictionary<string, List<int>> some,
        Dictionary<string, List<int>> others,
        TaskOwnershipConflictCollector found
    )
    {
        foreach ((var resource, var left) in some)
        {
            if (ReferenceEquals(some, others) && found.AreChained(left))
            {
                continue;
            }
            foreach ((var a, var b) in left.SelectMany(a => (others.GetValueOrDefault(resource) ?? []).Select(b => (a, b))))
            {
                var isPatched =
                    resource.StartsWith(PatchPrefix, StringComparison.Ordinal)
                    && found.Has(FileOrResourceKind.File, a, b, resource[PatchPrefix.Length..]);
                if (!isPatched && !found.Add(FileOrResourceKind.Resource, a, b, resource))
                {
                    return;
                }
            }
        }
    }

    private bool Open(int task) => _tasks[task].Status is not (PlanTaskStatus.Completed or PlanTaskStatus.Skipped);

    private PathPattern Pattern(string path)
    {
        if (!_patterns.TryGetValue(path, out var pattern))
        {
            pattern = PathPattern.Parse(path, _parts);
            _patterns.Add(path, pattern);
        }
        return pattern;
    }

    private PathTrie Trie(Func<int, IEnumerable<string>> paths)
    {
        var trie = new PathTrie();
        for (var i = 0; i < _tasks.Length; i++)
        {
            foreach (var path in Open(i) ? paths(i) : [])
            {
                trie.Add(i, Pattern(path));
            }
        }
        return trie;
    }

    private Dictionary<string, List<int>> Writers() =>
        Resources(t => t.ResourcesWrite.Concat(t.PatchIntents.Select(p => PatchPrefix + RepositoryPath.Normalize(p.File))));

    private Dictionary<string, List<int>> Resources(Func<PlanTask, IEnumerable<string>> names)
    {
        var tasks = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < _tasks.Length; i++)
        {
            foreach (var name in Open(i) ? names(_tasks[i]).Distinct(StringComparer.Ordinal) : [])
            {
                if (!tasks.TryGetValue(name, out var users))
                {
                    tasks.Add(name, users = []);
                }
                users.Add(i);
            }
        }
        return tasks;
    }

    /// <summary>
    /// Collects the conflicts of one access kind (write, read or append). Each pair of tasks without a defined order is stored once for
    /// each path.
    /// </summary>
    private sealed class TaskOwnershipConflictCollector(TaskOwnershipConflictFinder finder, TaskAccessConflictKind use)
    {
        // Two owners are stored in plan order. Readers are stored before owners, because each of two tasks may read files that the other
        // owns.
        private readonly HashSet<(int First, int Second, FileOrResourceKind Kind, string Path)> _found = [];

        public bool Has(FileOrResourceKind kind, int a, int b, string path) => _found.Contains(Key(kind, a, b, path));

        /// <summary>
        /// Adds a pair of conflicting tasks unless the dependency graph already orders the pair. Returns false if the maximum number of
        /// conflicts is reached.
        /// </summary>
        /// <param name="kind">The kind of shared object.</param>
        /// <param name="a">Index of the first owner, or of the task that reads or appends.</param>
        /// <param name="b">Index of the second owner.</param>
        /// <param name="path">The path, pattern or resource.</param>
        public bool Add(FileOrResourceKind kind, int a, int b, string path)
        {
            if (a == b || finder._order.Value.AreOrdered(a, b))
            {
                return true;
            }
            if (_found.Count == TaskOwnershipConflictResult.Most)
            {
                finder.IsTruncated = true;
                return false;
            }
            _found.Add(Key(kind, a, b, path));
            return true;
        }

        /// <summary>True if the dependency graph orders all these tasks one after another, so that no two of them can conflict.</summary>
        public bool AreChained(IEnumerable<int> tasks)
        {
            var ordered = finder._order.Value.Sorted(tasks);
            for (var i = 1; i < ordered.Length; i++)
            {
                if (ordered[i - 1] != ordered[i] && !finder._order.Value.Precedes(ordered[i - 1], ordered[i]))
                {
                    return false;
                }
            }
            return true;
        }

        public IReadOnlyList<TaskOwnershipConflict> Sorted() =>
            [
                .. _found
                    .OrderBy(f => Math.Min(f.First, f.Second))
                    .ThenBy(f => Math.Max(f.First, f.Second))
                    .ThenBy(f => f.First)
                    .ThenBy(f => f.Kind)
                    .ThenBy(f => f.Path, StringComparer.Ordinal)
                    .Select(f => new TaskOwnershipConflict(
                        f.Kind,
                        use,
                        f.Path,
                        [Id(Math.Min(f.First, f.Second)), Id(Math.Max(f.First, f.Second))],
                        Edge(f.First, f.Second)
                    )),
            ];

        private (int First, int Second, FileOrResourceKind Kind, string Path) Key(FileOrResourceKind kind, int a, int b, string path) =>
            use == TaskAccessConflictKind.Write && a > b ? (b, a, kind, path) : (a, b, kind, path);

        private MissingTaskDependency Edge(int first, int second)
        {
            (var earlier, var later) = use == TaskAccessConflictKind.Write ? finder._order.Value.InOrder(first, second) : (second, first);
            return new MissingTaskDependency(Id(later), Id(earlier));
        }

        private string Id(int task) => finder._tasks[task].Id;
    }
}
