using System.Collections.Concurrent;
using System.Reflection;
using Google.Protobuf;

namespace Temporalio.Client;

/// <summary>
/// Which namespace a request is for: it says so in a field of that name. Reflection on the property is paid once per type and connection.
/// </summary>
internal sealed class RequestNamespaces
{
    private static readonly MethodInfo Bind = typeof(RequestNamespaces).GetMethod(
        nameof(Getter),
        BindingFlags.NonPublic | BindingFlags.Static
    )!;

    private readonly ConcurrentDictionary<Type, Func<IMessage, string>?> _getters = new();

    /// <summary>The namespace that a request names; null for one that has no such field.</summary>
    public string? Of(IMessage request) =>
        _getters
            .GetOrAdd(
                request.GetType(),
                static type =>
                {
                    var getter = type.GetProperty("Namespace", typeof(string))?.GetMethod;
                    return getter is null ? null : (Func<IMessage, string>)Bind.MakeGenericMethod(type).Invoke(null, [getter])!;
                }
            )
            ?.Invoke(request);

    private static Func<IMessage, string> Getter<T>(MethodInfo getter)
        where T : IMessage
    {
        var read = getter.CreateDelegate<Func<T, string>>();
        return message => read((T)message);
    }
}
