namespace Orchestrator.NightBench.Running;

/// <summary>Folders of a night. The records lie on another disk than the repository, because that one gets full.</summary>
/// <param name="root">Folder on the disk that may get full.</param>
/// <param name="records">Folder of the records.</param>
public sealed class NightFolders(string root, string records)
{
    /// <summary>Folder on the disk that may get full.</summary>
    public string Root => root;

    /// <summary>The sample repository.</summary>
    public string Repository => Path.Combine(root, "repository");

    /// <summary>Home of the tool.</summary>
    public string Home => Path.Combine(root, "home");

    /// <summary>Programs that are found before those of the machine: the agent.</summary>
    public string Programs => Path.Combine(records, "programs");

    /// <summary>Folder of the records.</summary>
    public string Records => records;

    /// <summary>Folder of the agents' own records.</summary>
    public string Starts => Path.Combine(records, "starts");

    /// <summary>Folder of faults of the agents themselves, a file for each.</summary>
    public string Faults => Path.Combine(records, "faults");

    /// <summary>Records of the suite, a JSON line per run.</summary>
    public string Gates => Path.Combine(records, "gates.jsonl");

    /// <summary>Plan as tools get it.</summary>
    public string Plan => Path.Combine(records, "plan.json");

    /// <summary>Time until which the account is blocked, in milliseconds since 1970.</summary>
    public string Limit => Path.Combine(records, "limit");

    /// <summary>Output of the tool.</summary>
    public string Log => Path.Combine(records, "tool.log");

    /// <summary>Creates all folders.</summary>
    public void Create()
    {
        foreach (var folder in (string[])[Repository, Home, Programs, Starts, Faults, Path.Combine(records, "mischief")])
        {
            Directory.CreateDirectory(folder);
        }
    }
}
