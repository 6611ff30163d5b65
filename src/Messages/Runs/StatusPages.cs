namespace Orchestrator.Messages;

/// <summary>Joins the pages of a long status. Independent of Temporal and the clock.</summary>
public static class StatusPages
{
    /// <summary>Maximum number of tries. The last try of a run that changes faster than its pages can be read may mix states from
    /// different moments.</summary>
    private const int Tries = 5;

    /// <summary>Reads all pages in one consistent state. If the run changed between two pages, reads them again, up to five
    /// times.</summary>
    /// <param name="read">Reads the page that starts at a task index.</param>
    public static async Task<RunStatus> JoinAsync(Func<int, Task<RunStatus>> read)
    {
        for (var tries = 1; ; tries++)
        {
            var (status, ofOneMoment) = await ReadAsync(read);
            if (ofOneMoment || tries == Tries)
            {
                return status;
            }
        }
    }

    private static async Task<(RunStatus Status, bool OfOneMoment)> ReadAsync(Func<int, Task<RunStatus>> read)
    {
        var status = await read(0);
        var sequence = status.Sequence;
        while (status.Tasks.Count < status.TaskCount)
        {
            var page = await read(status.Tasks.Count);
            if (page.Tasks.Count == 0)
            {
                break;
            }
            status = page with { Tasks = [.. status.Tasks, .. page.Tasks] };
        }
        return (status, status.Sequence == sequence);
    }
}
