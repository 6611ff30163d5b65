using System.Net;
using System.Security.Cryptography.X509Certificates;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server;

/// <summary>
/// Options of a <see cref="TemporalServer"/>, such as its storage, addresses and limits. At least one of <see cref="SocketPath"/> and
/// <see cref="Address"/> must be set.
/// </summary>
public sealed record TemporalServerOptions
{
    /// <summary>Path of the database file, created if missing, or null to keep everything in memory until the server stops.</summary>
    public string? DatabasePath { get; init; }

    /// <summary>Path of a Unix domain socket to listen on, at most 107 bytes, or null to listen on no socket. The socket is created with
    /// mode 0600 and replaces a socket file on which no process listens.</summary>
    public string? SocketPath { get; init; }

    /// <summary>TCP address to listen on, or null to listen on no address. Port 0 selects any free port.</summary>
    public IPEndPoint? Address { get; init; }

    /// <summary>Certificate with private key for TLS on <see cref="Address"/>, or null for plain text.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>
    /// API key that TCP callers must send as <c>authorization: Bearer KEY</c>, or null to require no key. Without a key, only programs of
    /// the server's own user and of root on this machine may connect.
    /// </summary>
    public string? ApiKey { get; init; }

    /// <summary>
    /// True to accept, without a key, every caller that can reach <see cref="Address"/>. This includes other users of this machine,
    /// programs whose user can't be determined, and other machines.
    /// </summary>
    /// <value>Default: false.</value>
    public bool AllowAnyUser { get; init; }

    /// <summary>
    /// Retention of closed runs in the namespace <c>default</c>, unless a client has changed it. After this time, the runs are deleted with
    /// their histories.
    /// </summary>
    /// <value>Default: 1 day, as in Temporal's development server.</value>
    public TimeSpan DefaultRetention { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Namespaces besides <c>default</c> to register before the server listens, unless they already exist.</summary>
    public IReadOnlyCollection<string> Namespaces { get; init; } = [];

    /// <summary>
    /// Custom search attributes to add to all namespaces before the server listens. Existing attributes are left unchanged.
    /// </summary>
    public IReadOnlyDictionary<string, IndexedValueType> SearchAttributes { get; init; } = new Dictionary<string, IndexedValueType>();

    /// <summary>
    /// Number of history events from which the server starts to suggest continue-as-new to a run's workers. The server also suggests
    /// continue-as-new for histories larger than 4 MB.
    /// </summary>
    /// <value>Default: 4,096 events.</value>
    public int SuggestContinueAsNewAfter { get; init; } = UsualSuggestContinueAsNewAfter;

    internal const int UsualSuggestContinueAsNewAfter = 4096;

    /// <summary>
    /// Maximum size in bytes of an input, result, failure or other blob in requests and commands. A larger blob is rejected, or ends the
    /// run or the activity. Memos of workflow starts have their own limit of 2 MB.
    /// </summary>
    /// <value>Default: 2 MB (2,097,152 bytes).</value>
    public int BlobSizeLimit { get; init; } = UsualBlobSizeLimit;

    internal const int UsualBlobSizeLimit = 2 * 1024 * 1024;

    /// <summary>True to let clients pause workflows.</summary>
    /// <value>Default: true.</value>
    public bool WorkflowPause { get; init; } = true;

    /// <summary>True to let workers poll for commands. Namespaces then advertise this capability.</summary>
    /// <value>Default: false, as in Temporal's server.</value>
    public bool WorkerCommands { get; init; }

    /// <summary>
    /// True to send workers commands to cancel activities whose cancellation was requested or whose run has closed. A worker that polls for
    /// commands then learns of the cancellation without waiting for its next heartbeat.
    /// </summary>
    /// <value>Default: false, as in Temporal's server.</value>
    public bool CancelCommands { get; init; }

    /// <summary>
    /// Minimum time for which a worker deployment version drains after it was current or ramping, even if no open run is pinned to it.
    /// </summary>
    /// <value>Default: 3 minutes, as in Temporal's server.</value>
    public TimeSpan DrainageGracePeriod { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Number of partitions that task queue descriptions report, each with 1,000 tasks per second. Task queues of this server
    /// have no partitions; clients only display this number.</summary>
    /// <value>Default: 4, as in Temporal's server.</value>
    public int TaskQueuePartitions { get; init; } = 4;

    /// <summary>True to allow an address other than loopback without a certificate.</summary>
    /// <value>Default: false.</value>
    public bool AllowInsecure { get; init; }

    /// <summary>
    /// Name of this machine in worker identities (<c>pid@NAME#boot id#start time#namespace-random</c>). The server uses these identities to
    /// immediately detect dead workers on this machine.
    /// </summary>
    /// <value>Default: the host name.</value>
    public string MachineName { get; init; } = Environment.MachineName;

    /// <summary>Clock for all stored times and all timers.</summary>
    /// <value>Default: the system clock.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// True to enable time skipping for tests. While a client has unlocked time skipping through
    /// <c>temporal.api.testservice.v1.TestService</c>, the clock skips forward to the next due time whenever the server is idle.
    /// </summary>
    /// <value>Default: false. The clock then follows <see cref="TimeProvider"/>, and the test service is unavailable.</value>
    public bool TimeSkipping { get; init; }

    /// <summary>
    /// Callback for urgent storage problems and their end; each message is one sentence. Urgent problems are a full disk and an unwritable
    /// or damaged file. Needed in addition to the log, because the log may be on the same disk. Called on any thread.
    /// </summary>
    /// <value>Default: null, which means no callback.</value>
    public Action<string>? Trouble { get; init; }

    /// <summary>
    /// Maximum size in bytes of a file whose pages are checked before the server uses the file. Larger files are checked in the background.
    /// </summary>
    internal long CheckedAtOnce { get; init; } = Storage.EngineDatabase.UsuallyCheckedAtOnce;

    internal void Validate()
    {
        if (SocketPath is null && Address is null)
        {
            throw new InvalidOperationException("a server needs an endpoint: set SocketPath or Address");
        }

        if (SocketPath is not null && System.Text.Encoding.UTF8.GetByteCount(SocketPath) > 107)
        {
            throw new InvalidOperationException(
                $"the socket path {SocketPath} is longer than the 107 bytes that the system allows; choose a shorter one"
            );
        }

        if (
            Address is not null
            && !IPAddress.IsLoopback(Address.Address)
            && ((Certificate is null && !AllowInsecure) || (ApiKey is null && !AllowAnyUser))
        )
        {
            throw new InvalidOperationException(
                $"{Address} can be reached from other machines. Set a certificate and an API key, or explicitly "
                    + "allow insecure access by any user"
            );
        }
    }
}
