namespace Orchestrator.Gates.Runners;

/// <summary>
/// Messages of operating systems and tools that report an environment fault, each with the cause of the fault. An assertion that quotes
/// such a message is a failure of the work, not of the environment.
/// </summary>
internal static class EnvironmentFaultMessages
{
    private static readonly (GateOutputLineRegex Message, EnvironmentCause? Cause)[] Rows =
    [
        (
            @"[Nn]o space left on device|\bENOSPC\b|Disk quota exceeded|\bEDQUOT\b|not enough space on the disk|database or disk is full",
            EnvironmentCause.NoSpace
        ),
        (@"[Rr]ead-only file system|\bEROFS\b", EnvironmentCause.ReadOnly),
        (
            @"Cannot allocate memory|\bENOMEM\b|^(?:E\s+)?MemoryError|heap out of memory"
                + @"|OutOfMemoryError|std::bad_alloc|memory allocation of \d+ bytes failed"
                + @"|insufficient memory|OutOfMemoryException|Allowed memory size of \d+ bytes exhausted"
                + @"|cannot allocate \d+-byte block|NoMemoryError",
            EnvironmentCause.OutOfMemory
        ),
        (
            @"Temporary failure in name resolution|Name or service not known|nodename nor servname"
                + @"|getaddrinfo (?:ENOTFOUND|EAI_AGAIN)|\bEAI_AGAIN\b|\bENOTFOUND\b"
                + @"|[Cc]ould not resolve host|[Nn]etwork is unreachable|\bENETUNREACH\b|[Nn]o route to host"
                + @"|\bEHOSTUNREACH\b|Cannot connect to proxy|Tunnel connection failed"
                + @"|proxyconnect tcp|UnknownHostException|: lookup \S+ on |dial tcp: lookup|dial udp"
                + @"|Unknown host|No such host is known|Resource temporarily unavailable \("
                + @"|Failed to establish a new connection|Unable to load the service index"
                + @"|spurious network error|failed to lookup address|Connection timed out|\bETIMEDOUT\b"
                + @"|transfer artifact \S+ from/to|Failed to open TCP connection|php_network_getaddresses|SocketError"
                + @"|Check your network connection|\bnxdomain\b|Could not reach host|[Cc]ould not resolve proxy"
                + @"|dns error: |client error \(Connect\)|error sending request for url",
            EnvironmentCause.NoNetwork
        ),
        (
            @"\bECONNREFUSED\b|[Cc]onnection refused|ConnectionRefusedError"
                + @"|could not connect to server|Can't connect to (?:local )?MySQL"
                + @"|Cannot connect to the Docker daemon"
                + @"|actively refused it",
            EnvironmentCause.MissingService
        ),
        (
            @"[Pp]ermission denied|\bEACCES\b|\bEPERM\b|[Oo]peration not permitted|PermissionError"
                + @"|AccessDeniedException|UnauthorizedAccessException",
            EnvironmentCause.Permission
        ),
        (
            @"\bspawn \S+ ENOENT|executable file not found in \$PATH|: command not found|: "
                + @"[^\s/:]+: not found$|[Uu]nable to find executable|Could not find executable"
                + @"|Cannot run program ""|FileNotFoundError: \[Errno 2\] No such file or directory: '[^'/.]"
                + @"+'$|No such file or directory - [^/\s]+$",
            EnvironmentCause.MissingProgram
        ),
        (
            @"requires (?:Python|Node|rustc|go|Java|PHP|Ruby) ?[<>=~^v]*\s?\d|Unsupported engine"
                + @"|\bEBADENGINE\b|UnsupportedClassVersionError|invalid (?:source|target) release"
                + @"|A compatible \.NET SDK was not found|Your PHP version \(|Your Ruby version is|requires a different Python",
            EnvironmentCause.WrongVersion
        ),
        // Node prints the cause on a separate line, and its TAP output omits that line.
        (@"^\s*(?:error: '|TypeError: )fetch failed", EnvironmentCause.MissingService),
        (
            @"KeyError: '(?:HOME|PATH|USER|TMPDIR|LANG)'|: unbound variable$"
                + @"|neither \S+ nor \$HOME are defined|\$HOME is not defined|\bHOME not set",
            null
        ),
    ];

    // Matches a comparison of values, which is not a system message.
    private static readonly GateOutputLineRegex Assertion =
        @"\bAssert|\bassert(?:ion)?\b|^E?\s*assert |\b[Ee]xpected?\b.*(?:\bbut\b|\bgot\b|\bto "
        + @"(?:be|equal|have|contain|match)\b|[Rr]eceived|[Aa]ctual|:)"
        + @"|\b(?:want|wanted|got)\b|[!=]==? |^\s*(?:left|right|actual|[Rr]eceived|[Ee]xpected): "
        + @"|^#?\s+(?:got|expected): |Failed asserting|toBe\(";

    /// <summary>True if output lines report an environment fault instead of a failure of the work.</summary>
    /// <param name="lines">Decisive line of the failure and the lines related to it.</param>
    /// <param name="cause">Cause of the fault, or null if no named cause fits.</param>
    public static bool States(IReadOnlyList<string> lines, out EnvironmentCause? cause)
    {
        cause = null;
        if (lines.Count == 0 || Assertion.IsMatch(lines[0]))
        {
            return false;
        }
        foreach (var (message, stated) in Rows)
        {
            if (lines.Any(line => message.IsMatch(line) && !Assertion.IsMatch(line)))
            {
                cause = stated;
                return true;
            }
        }
        return false;
    }
}
