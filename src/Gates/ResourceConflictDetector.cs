namespace Orchestrator.Gates;

/// <summary>Recognizes failures caused by two test suites that use the same resource at the same time. Has no side effects.</summary>
internal static partial class ResourceConflictDetector
{
    /// <summary>Returns the kind of resource conflict that a failed gate's output reports.</summary>
    internal static GateContendedResourceKind Of(string output) =>
        string.IsNullOrWhiteSpace(output) ? GateContendedResourceKind.None
        : PortWords().IsMatch(output) ? GateContendedResourceKind.Port
        : DatabaseWords().IsMatch(output) ? GateContendedResourceKind.Database
        : FileWords().IsMatch(output) ? GateContendedResourceKind.File
        : GateContendedResourceKind.None;

    // Messages about used ports, first from languages and servers (Node, Python, Go, Rust, Java, .NET, Ruby, PHP, Erlang, nginx), then from
    // frameworks (Spring, Vite, Next, Flask, Docker).
    [GeneratedRegex(
        """
            EADDRINUSE | Address\ already\ in\ use | AddrInUse | java\.net\.BindException
            | Only\ one\ usage\ of\ each\ socket\ address
            | \bport\ \S{0,40}[0-9]\ (is|was)\ (already\ )?(in\ use|being\ used|taken|occupied|allocated)
            | \bport\ is\ already\ (allocated|in\ use) | Something\ is\ already\ running\ on\ port
            """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking
    )]
    private static partial Regex PortWords();

    // Messages about locked databases (SQLite, PostgreSQL, MySQL, MongoDB, LevelDB) and used Docker names.
    [GeneratedRegex(
        """
            database\ (\S{1,80}\ )?is\ (already\ )?locked | database\ table\ is\ locked | SQLITE_BUSY
            | could\ not\ obtain\ lock | is\ being\ accessed\ by\ other\ users
            | Lock\ wait\ timeout\ exceeded | deadlock\ (detected|found)
            | canceling\ statement\ due\ to\ lock\ timeout | DBPathInUse | \bLOCK:\ already\ held
            | \b(database|relation|schema|role)\ \S{1,80}\ already\ exists
            | container\ name\ \S{1,80}\ is\ already\ in\ use
            """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking
    )]
    private static partial Regex DatabaseWords();

    [GeneratedRegex(
        """
            \bEEXIST\b | File\ exists\b | FileExistsError | FileAlreadyExistsException
            | The\ file\ \S{1,200}\ already\ exists | being\ used\ by\ another\ process
            | \bEWOULDBLOCK\b
            | (could\ not|unable\ to|failed\ to|can't|cannot)\ (acquire|obtain|get|create|take)\ (the\ |a\ |an\ )?(\S{1,80}\ )?lock
            | lock\ ?file\ \S{1,200}\ (already\ )?exists
            | another\ (instance|process)\ (\S{1,80}\ ){0,4}(is\ (already\ )?running|has\ locked|holds)
            """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking
    )]
    private static partial Regex FileWords();
}
