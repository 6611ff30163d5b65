using System.Text.Json.Nodes;

namespace Orchestrator.Habits.Tests;

/// <summary>A task of a run, and how its agent is.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Habit">The agent's habit, or null for an ordinary agent that commits in the style that the seed selects.</param>
public sealed record HabitTask(string Id, Habit? Habit);

/// <summary>
/// The agents of a run and their timing. Agents with a slot from the start wait for one another; some end while others work, some continue
/// afterwards.
/// </summary>
/// <param name="Tasks">The tasks, in plan order.</param>
/// <param name="Workers">Number of agents that work at once.</param>
/// <param name="Confined">True if bubblewrap confines the agents.</param>
/// <param name="Seed">Chooses who commits how and who waits for whom.</param>
public sealed record HabitPlan(IReadOnlyList<HabitTask> Tasks, int Workers, bool Confined, int Seed)
{
    // The awaited agent may be stuck for a reason that the checks at the end report.
    private const int MeetingSeconds = 20;

    /// <summary>The user works as well while agents do.</summary>
    public bool UserWorks => Seed % 2 == 1;

    /// <summary>Agents keep their habit despite repair instructions.</summary>
    public bool Stubborn { get; init; }

    /// <summary>
    /// Creates a plan with one such agent among ordinary ones: as many as have a slot beside it, and one that comes later.
    /// </summary>
    public static HabitPlan Among(Habit habit, int workers, bool confined, int seed) =>
        new([new("h1", habit), .. Enumerable.Range(1, workers).Select(i => new HabitTask($"n{i}", null))], workers, confined, seed);

    /// <summary>Agents whose habits are drawn, from all of them or those given.</summary>
    public static HabitPlan Mixture(int seed, int agents, int workers, bool confined, IReadOnlyList<Habit>? from = null)
    {
        var random = new Random(seed);
        from ??= Habit.All;
        var habits = Enumerable.Range(1, agents).Select(i => new HabitTask($"h{i}", from[random.Next(from.Count)]));
        return new([.. habits], workers, confined, seed);
    }

    /// <summary>The run's plan as a file.</summary>
    public string ToYaml() =>
        "tasks:\n"
        + string.Concat(
            Tasks.Select(task =>
                $"  - {{id: {task.Id}, description: Do {task.Id}, files_write: ['{task.Id}/**'], "
                + $"verification: [{{command: {Gate(task.Id)}}}]}}\n"
            )
        );

    /// <summary>The repository's configuration.</summary>
    /// <param name="agent">The agent's program.</param>
    /// <param name="script">Its script.</param>
    /// <param name="beside">A folder outside the repository, where they meet.</param>
    public string ToConfiguration(string agent, string script, string beside) =>
        $"workers: {Workers}\nagent: fake\nagents: {{fake: {{command: [\"{agent}\", \"{script}\"]}}}}\ndisk: {{reserve: 1}}\n"
        + $"permissions: {{sandbox: {(Confined ? "on" : "off")}, paths: [\"{beside}\"]}}\n"
        + (Tasks.Any(task => task.Habit is { Hangs: true }) ? "limits: {stall: 40}\n" : "");

    /// <summary>The script of the agents.</summary>
    /// <param name="beside">A folder outside the repository, where they meet.</param>
    public string ToScript(string beside)
    {
        var random = new Random(Seed);
        var together = Tasks.Take(Workers).ToList();
        var tasks = new JsonObject();
        foreach (var (task, index) in Tasks.Select((task, index) => (task, index)))
        {
            JsonArray steps = [new JsonObject { ["touch"] = Begun(beside, task) }];
            var others = index < Workers ? together.Where(other => other != task).ToList() : [];
            others.ForEach(other => steps.Add(WaitFor(Begun(beside, other))));
            var ended = others.Where((_, at) => index == 0 ? at % 2 == 0 : at < index && (index % 2 == 0 || random.Next(3) == 0));
            var ends = ended.Select(other => WaitFor($"${{start}}/../../{other.Id}/1/exit")).ToList();
            Do(task, steps, beside, ends, waitsInTheMiddle: index > 0);
            tasks[task.Id] = new JsonArray(steps);
        }

        return new JsonObject { ["seed"] = Seed, ["tasks"] = tasks }.ToJsonString();
    }

    private static string Begun(string beside, HabitTask task) => Path.Combine(beside, task.Id + ".begun");

    private static string Gate(string id) =>
        $"\"{string.Join(" && ", Enumerable.Range(1, 3).Select(part => $"grep -q good {id}/part{part}.txt"))}\"";

    private static JsonObject WaitFor(string file) => new() { ["waitFor"] = file, ["seconds"] = MeetingSeconds };

    private void Do(HabitTask task, JsonArray steps, string beside, List<JsonObject> ends, bool waitsInTheMiddle)
    {
        if (task.Habit is null)
        {
            steps.Add(Write(task, 1));
            ends.ForEach(steps.Add);
            steps.Add(Write(task, 2));
            steps.Add(Write(task, 3));
            return;
        }

        if (waitsInTheMiddle)
        {
            ends.ForEach(steps.Add);
        }
        var habit = new JsonObject { ["habit"] = task.Habit.Name, ["beside"] = beside };
        if (!Stubborn)
        {
            habit["starts"] = 1;
        }
        steps.Add(habit);
        if (!waitsInTheMiddle)
        {
            ends.ForEach(steps.Add);
        }
    }

    private static JsonObject Write(HabitTask task, int part) =>
        new() { ["write"] = $"{task.Id}/part{part}.txt", ["text"] = $"good part {part} of {task.Id}\n" };
}
