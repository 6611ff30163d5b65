using Orchestrator.Messages;

namespace Orchestrator.Workflows.Tests;

/// <summary>
/// A model of a run's outcome without time, engine or order. Agents, gates and merges of each task follow its script. Tasks that depend on
/// a failed task are skipped. A user retries a failed task once and skips it the second time. Whatever happens in between, the run must end
/// like the model.
/// </summary>
/// <param name="plan">The tasks, each after those it depends on.</param>
/// <param name="seed">Makes the scripts.</param>
internal sealed class RunModel(IReadOnlyList<TaskOutline> plan, int seed)
{
    /// <summary>Attempts of an agent for transient failures.</summary>
    public const int Attempts = 3;

    /// <summary>Agents in a row that ended without a result, the last of them killed: then the task fails.</summary>
    private const int Deaths = 5;

    private readonly Dictionary<string, ModelTask> _tasks = plan.ToDictionary(t => t.Id, _ => new ModelTask());

    /// <summary>The final state of each task.</summary>
    public IReadOnlyDictionary<string, ModelTask> Tasks => _tasks;

    /// <summary>The class of the agent's nth outcome for a task, from 0.</summary>
    public FailureClass Agent(string task, int number) =>
        Draw("agent", task, number) switch
        {
            < 10 => FailureClass.Died,
            < 20 => FailureClass.Transient,
            < 25 => FailureClass.GaveUp,
            _ => FailureClass.None,
        };

    /// <summary>True if the gates pass in an attempt.</summary>
    public bool Passes(string task, int attempt) => Draw("gates", task, attempt) >= 20;

    /// <summary>True if an attempt's work merges without conflict.</summary>
    public bool Merges(string task, int attempt) => Draw("merge", task, attempt) >= 15;

    /// <summary>The user's decision about a failed task: true to retry it, false to skip it.</summary>
    public static bool Retries(int before) => before == 0;

    /// <summary>Plays the run to its end.</summary>
    public void Play()
    {
        while (true)
        {
            foreach (
                var outline in plan.Where(t =>
                    _tasks[t.Id].State == TaskStateNames.Pending && t.DependsOn.All(d => TaskStateNames.IsDone(_tasks[d].State))
                )
            )
            {
                Play(outline);
            }
            if (plan.FirstOrDefault(t => _tasks[t.Id].State == TaskStateNames.Failed) is not { } failed)
            {
                return;
            }
            var task = _tasks[failed.Id];
            if (Retries(task.Retries))
            {
                task.State = TaskStateNames.Pending;
            }
            else
            {
                task.State = TaskStateNames.Waived;
            }
            task.Retries++;
        }
    }

    private void Play(TaskOutline outline)
    {
        var task = _tasks[outline.Id];
        task.Attempt++;
        for (var remediations = 0; ; remediations++, task.Attempt++)
        {
            if (!Works(outline.Id, task))
            {
                break;
            }
            if (Passes(outline.Id, task.Attempt) && Merges(outline.Id, task.Attempt))
            {
                task.State = TaskStateNames.Merged;
                return;
            }
            if (remediations == outline.MaxRemediations)
            {
                break;
            }
        }
        task.State = TaskStateNames.Failed;
    }

    private bool Works(string id, ModelTask task)
    {
        for (var (transient, deaths) = (0, 0); ; )
        {
            switch (Agent(id, task.Outcomes++))
            {
                case FailureClass.None:
                    return true;
                case FailureClass.GaveUp:
                case FailureClass.Died when ++deaths + transient >= Deaths:
                case FailureClass.Transient when ++transient == Attempts:
                    return false;
            }
        }
    }

    private int Draw(string what, string task, int number) => Draw(seed, what, task, number);

    /// <summary>A number from 0 to 99, the same whenever it is asked for.</summary>
    public static int Draw(int seed, string what, string task, int number)
    {
        // The same on every machine, unlike string.GetHashCode.
        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{seed} {what} {task} {number}"));
        return BitConverter.ToUInt16(hash) % 100;
    }

    internal sealed class ModelTask
    {
        public string State { get; set; } = TaskStateNames.Pending;

        public int Attempt { get; set; }

        /// <summary>Outcomes of agents that were used.</summary>
        public int Outcomes { get; set; }

        /// <summary>Number of retries by the user.</summary>
        public int Retries { get; set; }
    }
}
