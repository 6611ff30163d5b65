namespace Orchestrator.Plans;

/// <summary>Whether a task touches what another one owns. In a large plan almost all paths are plain, and are compared as texts.</summary>
internal sealed class PathMeetings
{
    private readonly Dictionary<string, PathSegment> _parts = new(StringComparer.Ordinal);

    /// <summary>Whether something that a task reads or writes may be written by another one.</summary>
    public bool Meet(PlanTask task, PlanTask owner) =>
        Meet(task.FilesWrite ?? [], owner) || Meet(task.FilesRead ?? [], owner) || Meet(task.FilesAppend, owner);

    private bool Meet(IReadOnlyList<string> paths, PlanTask owner)
    {
        for (int i = 0; i < paths.Count; i++)
        {
            if (Meet(paths[i], owner.FilesWrite ?? []) || Meet(paths[i], owner.FilesAppend) || Meet(paths[i], owner.NotesOutput))
            {
                return true;
            }

            for (int p = 0; p < owner.PatchIntents.Count; p++)
            {
                if (Meet(paths[i], owner.PatchIntents[p].File))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private bool Meet(string path, IReadOnlyList<string> others)
    {
        for (int i = 0; i < others.Count; i++)
        {
            if (Meet(path, others[i]))
            {
                return true;
            }
        }

        return false;
    }

    private bool Meet(string path, string other) => PathPattern.IsPlain(path) && PathPattern.IsPlain(other)
        ? PathPattern.IsAtOrBelow(path, other) || PathPattern.IsAtOrBelow(other, path)
        : PathPattern.Parse(path, _parts).Overlaps(PathPattern.Parse(other, _parts));
}
