namespace Orchestrator.Git.Tests.Losses;

/// <summary>A line that the model can tell from all others, or one that is everywhere.</summary>
/// <param name="Text">Content of the file.</param>
/// <param name="Author">The task that wrote the line, or 0 if it existed before.</param>
internal sealed record ModelLine(string Text, int Author)
{
    private static readonly string[] Everywhere = ["}", "", "    return 0;"];

    public bool IsUnique => !Everywhere.Contains(Text);

    public static ModelLine Common(Random chance, int author) => new(Everywhere[chance.Next(Everywhere.Length)], author);
}

/// <summary>The changes of one task.</summary>
internal sealed class ModelTask
{
    public required int Number { get; init; }

    public required int Base { get; init; }

    public required Dictionary<string, List<ModelLine>> Files { get; init; }

    /// <summary>Unique lines that it took away, and from where.</summary>
    public HashSet<(string Text, string Path)> Removed { get; } = [];

    public bool MayOverwrite { get; init; } = true;

    public bool IsMerged { get; set; }

    public string Name => $"t{Number}";
}

/// <summary>
/// A random history of a staging branch, with the tasks' edits made up here, and the merges by git. The model knows who wrote each line and
/// who took it away, whatever the merges do.
/// </summary>
internal sealed class ModelHistory
{
    public const string Appended = "log.md";
    public static readonly string[] Paths = ["a.c", "b.c", "sub/c.c", "d.txt", Appended, "moved/a.c", "moved/b.c", "moved/c.c"];
    private readonly Random _chance;
    private readonly Dictionary<string, ModelLine> _unique = new(StringComparer.Ordinal);
    private int _texts;

    public ModelHistory(int seed)
    {
        Seed = seed;
        _chance = new Random(seed);
        var files = new Dictionary<string, List<ModelLine>>(StringComparer.Ordinal);
        foreach (var path in Paths[..5])
        {
            files[path] = [.. Enumerable.Range(0, _chance.Next(6, 30)).Select(_ => Line(0))];
        }

        Staging.Add(files);
    }

    public int Seed { get; }

    public List<ModelTask> Tasks { get; } = [];

    /// <summary>Staging after each step.</summary>
    public List<Dictionary<string, List<ModelLine>>> Staging { get; } = [];

    /// <summary>The commits of these.</summary>
    public List<string> Commits { get; } = [];

    /// <summary>Lines that a merge was made to lose.</summary>
    public HashSet<string> Dropped { get; } = new(StringComparer.Ordinal);

    /// <summary>The author of a line that is unique, or null for a line that occurs everywhere.</summary>
    public int? AuthorOf(string text) => _unique.TryGetValue(text, out var line) ? line.Author : null;

    /// <summary>Tasks' removals that a merge was made to undo.</summary>
    public HashSet<(string Text, string Task)> Returned { get; } = [];

    /// <summary>The next task, on some earlier state of staging.</summary>
    public ModelTask Begin(bool isOnTip)
    {
        var from = isOnTip ? Staging.Count - 1 : Math.Max(0, Staging.Count - 1 - _chance.Next(4));
        var files = Staging[from].ToDictionary(f => f.Key, f => f.Value.ToList(), StringComparer.Ordinal);
        var task = new ModelTask
        {
            Number = Tasks.Count + 1,
            Base = from,
            Files = files,
            MayOverwrite = _chance.Next(12) > 0,
        };
        Tasks.Add(task);
        for (var edits = _chance.Next(1, 6); edits > 0; edits--)
        {
            Edit(task);
        }

        foreach (var (path, lines) in Staging[from])
        {
            var here = task.Files.Values.SelectMany(all => all).Select(line => line.Text).ToHashSet(StringComparer.Ordinal);
            task.Removed.UnionWith(lines.Where(line => line.IsUnique && !here.Contains(line.Text)).Select(line => (line.Text, path)));
        }

        return task;
    }

    /// <summary>Applies a merge's result to staging. Some merges lose a line or restore an old one on the way.</summary>
    public void Merged(ModelTask task, Dictionary<string, List<string>> contents)
    {
        task.IsMerged = true;
        var next = contents.ToDictionary(
            f => f.Key,
            f => f.Value.Select(text => _unique.GetValueOrDefault(text) ?? new ModelLine(text, task.Number)).ToList(),
            StringComparer.Ordinal
        );
        if (_chance.Next(6) == 0)
        {
            Spoil(task, next);
        }

        Staging.Add(next);
    }

    private void Spoil(ModelTask task, Dictionary<string, List<ModelLine>> files)
    {
        var (path, lines) = files.ElementAt(_chance.Next(files.Count));
        if (_chance.Next(2) == 0)
        {
            var own = lines.Where(line => line.IsUnique && line.Author > 0).ToList();
            if (own.Count > 0)
            {
                var line = own[_chance.Next(own.Count)];
                lines.Remove(line);
                Dropped.Add(line.Text);
            }

            return;
        }

        // What the task itself removes, or one before it has.
        var removals = Tasks
            .Where(t => t.IsMerged && t.MayOverwrite)
            .SelectMany(t => t.Removed.Where(r => r.Path == path).Select(r => (r.Text, t.Name)))
            .Where(r => !files.Values.Any(all => all.Exists(line => line.Text == r.Text)) && !Dropped.Contains(r.Text))
            // Work that renames the file and was begun before the removal brings the line itself.
            .Where(r => !task.Files.Values.Any(all => all.Exists(line => line.Text == r.Text)))
            .Where(r => Tasks.Count(t => t.IsMerged && t.Removed.Any(other => other.Text == r.Text)) == 1)
            .ToList();
        if (removals.Count > 0 && path != Appended)
        {
            var (text, by) = removals[_chance.Next(removals.Count)];
            lines.Insert(_chance.Next(lines.Count + 1), _unique[text]);
            Returned.Add((text, by));
        }
    }

    private void Edit(ModelTask task)
    {
        var (path, lines) = task.Files.ElementAt(_chance.Next(task.Files.Count));
        var at = _chance.Next(lines.Count + 1);
        var count = Math.Min(_chance.Next(1, 5), lines.Count - at);
        if (path == Appended)
        {
            lines.AddRange(New(task)); // Others' lines are none of its business.
            return;
        }

        switch (_chance.Next(9))
        {
            case 0:
                lines.AddRange(New(task));
                break;
            case 1 or 2:
                lines.InsertRange(at, New(task));
                break;
            case 3 or 4:
                lines.RemoveRange(at, count);
                lines.InsertRange(at, New(task));
                break;
            case 5:
                lines.RemoveRange(at, count);
                break;
            case 6:
                // A block moves.
                var block = lines.GetRange(at, count);
                lines.RemoveRange(at, count);
                lines.InsertRange(_chance.Next(lines.Count + 1), block);
                break;
            case 7 when Paths.Except(task.Files.Keys).ToList() is { Count: > 0 } free && lines.Count > 4 && _chance.Next(3) == 0:
                task.Files.Remove(path);
                task.Files[free[_chance.Next(free.Count)]] = lines;
                break;
            case 8 when lines.Count > at && lines[at].IsUnique:
                // Only whitespace, each time another.
                var whitespace = Convert.ToString(++_texts, 2).Replace('0', ' ').Replace('1', '\t');
                lines[at] = Known(new ModelLine(lines[at].Text + whitespace, task.Number));
                break;
            default:
                lines.Insert(at, ModelLine.Common(_chance, task.Number));
                break;
        }
    }

    private List<ModelLine> New(ModelTask task) => [.. Enumerable.Range(0, _chance.Next(1, 5)).Select(_ => Line(task.Number))];

    private ModelLine Line(int author) =>
        _chance.Next(4) == 0 ? ModelLine.Common(_chance, author) : Known(new ModelLine($"    line {++_texts} of t{author};", author));

    private ModelLine Known(ModelLine line) => line.IsUnique ? _unique[line.Text] = line : line;
}
