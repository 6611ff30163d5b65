namespace Orchestrator.Dashboard.Views;

/// <summary>Computes the position of each task in a drawing of a run, with one column per dependency level from left to right.</summary>
internal sealed class GraphLayout
{
    /// <summary>Maximum number of tasks that are drawn. A drawing of more tasks would be less readable than the table below it.</summary>
    public const int MostTasks = 400;

    private const int Width = 168;
    private const int Height = 44;
    private const int Across = 56;
    private const int Down = 14;
    private const int Margin = 12;

    /// <summary>Number of passes that improve the order within the columns.</summary>
    private const int Rounds = 4;

    private GraphLayout(IReadOnlyList<GraphBox> boxes, IReadOnlyList<GraphEdgeLine> lines, int width, int height)
    {
        Boxes = boxes;
        Lines = lines;
        TotalWidth = width;
        TotalHeight = height;
    }

    /// <summary>Boxes of the tasks, in plan order.</summary>
    public IReadOnlyList<GraphBox> Boxes { get; }

    /// <summary>Lines of the dependencies.</summary>
    public IReadOnlyList<GraphEdgeLine> Lines { get; }

    /// <summary>Total width in pixels.</summary>
    public int TotalWidth { get; }

    /// <summary>Total height in pixels.</summary>
    public int TotalHeight { get; }

    /// <summary>Lays out the tasks of a run, or returns null if the run has no tasks or too many tasks.</summary>
    public static GraphLayout? Of(IReadOnlyList<RunTaskStatus> tasks)
    {
        if (tasks.Count is 0 or > MostTasks)
        {
            return null;
        }
        var known = tasks.Select(task => task.Id).ToHashSet(StringComparer.Ordinal);
        var above = tasks.ToDictionary(
            task => task.Id,
            task => (IReadOnlyList<string>)[.. task.DependsOn.Where(known.Contains).Distinct(StringComparer.Ordinal)],
            StringComparer.Ordinal
        );
        var depth = Depths(tasks, above);
        var critical = Critical(tasks, above, depth);
        var columns = Ordered(tasks, above, depth);
        var place = new Dictionary<string, (int X, int Y)>(StringComparer.Ordinal);
        var tallest = columns.Max(column => column.Count);
        foreach (var (x, column) in columns.Index())
        {
            var free = (tallest - column.Count) * (Height + Down) / 2;
            foreach (var (y, id) in column.Index())
            {
                place[id] = (Margin + (x * (Width + Across)), Margin + free + (y * (Height + Down)));
            }
        }
        var boxes = tasks.Select(task => new GraphBox(task, place[task.Id].X, place[task.Id].Y, Width, Height)).ToList();
        var lines = tasks
            .SelectMany(task => above[task.Id].Select(from => (From: from, To: task.Id)))
            .Select(edge => new GraphEdgeLine(
                place[edge.From].X + Width,
                place[edge.From].Y + (Height / 2),
                place[edge.To].X,
                place[edge.To].Y + (Height / 2),
                critical.Contains(edge.From) && critical.Contains(edge.To) && depth[edge.To] == depth[edge.From] + 1
            ))
            .ToList();
        return new GraphLayout(
            boxes,
            lines,
            (columns.Count * (Width + Across)) - Across + (2 * Margin),
            (tallest * (Height + Down)) - Down + (2 * Margin)
        );
    }

    /// <summary>
    /// Returns the length of the longest dependency path to each task. The number of rounds is limited, so that an invalid plan with a
    /// cycle does not cause an endless loop.
    /// </summary>
    private static Dictionary<string, int> Depths(IReadOnlyList<RunTaskStatus> tasks, Dictionary<string, IReadOnlyList<string>> above)
    {
        var depth = tasks.ToDictionary(task => task.Id, _ => 0, StringComparer.Ordinal);
        for (var (round, changed) = (0, true); changed && round < tasks.Count; round++)
        {
            changed = false;
            foreach (var (id, needs) in above)
            {
                var least = needs.Count == 0 ? 0 : needs.Max(need => depth[need]) + 1;
                if (least > depth[id])
                {
                    depth[id] = least;
                    changed = true;
                }
            }
        }
        return depth;
    }

    /// <summary>Returns the tasks on one of the longest dependency paths.</summary>
    private static HashSet<string> Critical(
        IReadOnlyList<RunTaskStatus> tasks,
        Dictionary<string, IReadOnlyList<string>> above,
        Dictionary<string, int> depth
    )
    {
        var critical = new HashSet<string>(StringComparer.Ordinal);
        var last = tasks.MaxBy(task => depth[task.Id])!.Id;
        while (critical.Add(last) && above[last].FirstOrDefault(need => depth[need] == depth[last] - 1) is { } before)
        {
            last = before;
        }
        return critical;
    }

    /// <summary>
    /// Orders the tasks of each column to reduce line crossings. In alternating passes, moves each task to the average position of its
    /// dependencies or of its dependents.
    /// </summary>
    private static List<List<string>> Ordered(
        IReadOnlyList<RunTaskStatus> tasks,
        Dictionary<string, IReadOnlyList<string>> above,
        Dictionary<string, int> depth
    )
    {
        var below = above
            .SelectMany(task => task.Value.Select(need => (need, task.Key)))
            .ToLookup(edge => edge.need, edge => edge.Key, StringComparer.Ordinal);
        var columns = tasks
            .GroupBy(task => depth[task.Id])
            .OrderBy(column => column.Key)
            .Select(column => column.Select(task => task.Id).ToList())
            .ToList();
        for (var round = 0; round < Rounds; round++)
        {
            var order = columns
                .SelectMany(column => column.Index().Select(task => (task.Item, At: (task.Index + 0.5) / column.Count)))
                .ToDictionary(task => task.Item, task => task.At, StringComparer.Ordinal);
            foreach (var column in columns)
            {
                var sorted = column.OrderBy(id => Middle(round % 2 == 0 ? above[id] : below[id], order, order[id])).ToList();
                column.Clear();
                column.AddRange(sorted);
                foreach (var (at, id) in column.Index())
                {
                    order[id] = (at + 0.5) / column.Count;
                }
            }
        }
        return columns;
    }

    private static double Middle(IEnumerable<string> others, Dictionary<string, double> order, double otherwise) =>
        others.Select(other => order[other]).DefaultIfEmpty(otherwise).Average();
}

/// <summary>A task in the drawing, with its position and size in pixels.</summary>
internal sealed record GraphBox(RunTaskStatus Task, int X, int Y, int Width, int Height);

/// <summary>A dependency in the drawing, as a line from left to right.</summary>
/// <param name="IsCritical">True if the dependency is on the longest path.</param>
internal sealed record GraphEdgeLine(int FromX, int FromY, int ToX, int ToY, bool IsCritical)
{
    /// <summary>SVG path of the curve that represents the dependency.</summary>
    public string Path
    {
        get
        {
            var bend = (ToX - FromX) / 2;
            return string.Create(CultureInfo.InvariantCulture, $"M{FromX},{FromY} C{FromX + bend},{FromY} {ToX - bend},{ToY} {ToX},{ToY}");
        }
    }
}
