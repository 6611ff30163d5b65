using System.Net;
using System.Security.Cryptography.X509Certificates;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server;

/// <summary>
/// What a <see cref="TemporalServer"/> stores and where it listens. At least one of <see cref="SocketPath"/> and <see cref="Address"/> must
/// be set.
/// </summary>
public sealed record TemporalServerOptions
{
    /// <summary>The database file, made when it is missing; null keeps everything in memory, gone with the server.</summary>
    public string? DatabasePath { get; init; }

    /// <summary>A Unix domain socket to listen on, at most 107 bytes; made with mode 0600, replacing one that nobody listens on.</summary>
    public string? SocketPath { get; init; }

    /// <summary>An address to listen on with TCP; port 0 takes any free one.</summary>
    public IPEndPoint? Address { get; init; }

    /// <summary>Certificate with private key for TLS on <see cref="Address"/>; null for clear text.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>
    /// The key that callers over TCP must send as <c>authorization: Bearer KEY</c>; null asks for none, and then only programs of this
    /// process's user, and of root, on this machine are let in.
    /// </summary>
    public string? ApiKey { get; init; }

    /// <summary>
    /// Without a key, lets in whoever reaches <see cref="Address"/>: other users of this machine, programs whose user can't be known, and
    /// other machines.
    /// </summary>
    /// <value>False.</value>
    public bool AllowAnyUser { get; init; }

    /// <summary>
    /// How long closed runs of the namespace <c>default</c> are kept, unless that was changed by a client; then they are deleted with their
    /// histories.
    /// </summary>
    /// <value>One day, as Temporal's development server.</value>
    public TimeSpan DefaultRetention { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Namespaces beside <c>default</c> that are registered before the server listens, where they are not there.</summary>
    public IReadOnlyCollection<string> Namespaces { get; init; } = [];

    /// <summary>Custom search attributes that all namespaces get before the server listens; one that is there stays as it is.</summary>
    public IReadOnlyDictionary<string, IndexedValueType> SearchAttributes { get; init; } = new Dictionary<string, IndexedValueType>();

    /// <summary>
    /// From how many events in its history on a run's workers are told to continue as new; runs of over 4 MB are told so, too.
    /// </summary>
    /// <value>4,096.</value>
    public int SuggestContinueAsNewAfter { get; init; } = UsualSuggestContinueAsNewAfter;

    internal const int UsualSuggestContinueAsNewAfter = 4096;

    /// <summary>
    /// The largest input, result, failure or other blob that requests and commands may carry, in bytes: larger ones are refused, or end
    /// the run or the activity. Memos of starts have a limit of their own, 2 MB.
    /// </summary>
    /// <value>2 MB (2,097,152).</value>
    public int BlobSizeLimit { get; init; } = UsualBlobSizeLimit;

    internal const int UsualBlobSizeLimit = 2 * 1024 * 1024;

    /// <summary>Offers clients to pause workflows.</summary>
    /// <value>True.</value>
    public bool WorkflowPause { get; init; } = true;

    /// <summary>
    /// The time for which a version of a worker deployment drains at least after it was current or ramping, also if no open run is bound to
    /// it.
    /// </summary>
    /// <value>3 minutes, as Temporal's server.</value>
    public TimeSpan DrainageGracePeriod { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>
    /// The number of partitions that descriptions of a task queue show, each with 1,000 tasks per second. Queues have no partitions here:
    /// clients show the numbers and nothing else.
    /// </summary>
    /// <value>4, as Temporal's server.</value>
    public int TaskQueuePartitions { get; init; } = 4;

    /// <summary>Allows an address other than loopback without a certificate.</summary>
    /// <value>False.</value>
    public bool AllowInsecure { get; init; }

    /// <summary>
    /// What identities of workers (<c>pid@NAME#boot id#start time#namespace-random</c>) call this machine: those of dead ones are known at
    /// once.
    /// </summary>
    /// <value>The host's name.</value>
    public string MachineName { get; init; } = Environment.MachineName;

    /// <summary>The clock of everything that is stored and of every timer.</summary>
    /// <value>The system's clock.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// For tests: the clock skips forward over the times at which nothing happens, while <c>temporal.api.testservice.v1.TestService</c> has
    /// unlocked it.
    /// </summary>
    /// <value>False: the clock goes as <see cref="TimeProvider"/> does, and there is no test service.</value>
    public bool TimeSkipping { get; init; }

    /// <summary>
    /// Is told in a sentence what cannot wait until somebody reads a log, which may lie on the same disk: that the disk is full, that the
    /// file can't be written or is damaged, and when such a thing is over. Called on any thread.
    /// </summary>
    /// <value>Null: nobody is told.</value>
    public Action<string>? Trouble { get; init; }

    /// <summary>The largest file whose pages are checked before it is served, in bytes; larger ones are checked meanwhile.</summary>
    internal long CheckedAtOnce { get; init; } = Storage.Database.UsuallyCheckedAtOnce;

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
                $"{Address} can be reached from other machines: give a certificate and an API key, or say that insecure and any "
                    + "user are meant"
            );
        }
    }
}
