using PodGate.Control.Alerts.Channels;

namespace PodGate.Control.Alerts;

// Which channels an alert goes to, and what becomes of it there. All of it under the lock.
public sealed partial class Outbox
{
    /// <summary>What a channel sends next, or null with how long it has to wait for it (null: until it is woken).</summary>
    internal (OutboxItem? Item, TimeSpan? Wait) Next(AlertChannel channel)
    {
        lock (_lock)
        {
            if (_isHeld) return (null, null);
            while (channel.Waiting.First?.Value is { } item)
            {
                if (channel.Settings.After is not { } after || item.Alert.Resolved) return (item, null);
                if (item.AcknowledgedAt is null && item.Over is null)
                {
                    var due = item.Alert.At + after;
                    return due <= _time.GetUtcNow() || item.Alert.Kind == AlertKinds.Test ? (item, null) : (null, due - _time.GetUtcNow());
                }

                // Somebody cares, or there is nothing to care for any more.
                Settle(channel, item, Delivery.Skipped);
                Write();
            }

            return (null, null);
        }
    }

    /// <summary>What became of an alert on a channel.</summary>
    internal void Conclude(AlertChannel channel, OutboxItem item, Delivery delivery)
    {
        lock (_lock)
        {
            // A channel whose settings have changed meanwhile has a successor of the same name, which has its queue.
            Settle(_channels.GetValueOrDefault(channel.Name, channel), item, delivery);
            if (delivery == Delivery.Sent) _sent++;
            else _failed++;
            Write();
        }
    }

    /// <summary>An alert as a channel sends it.</summary>
    internal AlertMessage MessageOf(OutboxItem item)
    {
        var alert = item.Alert;
        var page = _page?.AbsoluteUri.TrimEnd('/');
        var link = page is null ? null : new Uri(alert.Pod is null ? $"{page}/" : $"{page}/pods/{alert.Pod}");
        return new AlertMessage(alert, _gate, link, Runbooks.Of(alert)) { Audit = Audit() };
    }

    /// <summary>What stands and was sent to a channel: a receiver that forgets is told again.</summary>
    internal IReadOnlyList<AlertMessage> StandingOn(string channel)
    {
        lock (_lock)
        {
            if (_isHeld) return [];
            return [.. _items.Values.Where(item => item.Stands && item.To.GetValueOrDefault(channel, Delivery.Skipped) == Delivery.Sent).Select(MessageOf)];
        }
    }

    /// <summary>An alert and, when it ends another one or takes its place, that one.</summary>
    private OutboxItem Add(Alert alert, int stage)
    {
        var before = alert.Resolved || AlertKinds.Ends(alert.Kind) ? _standing.GetValueOrDefault(alert.Key) : null;
        if (before is not null)
        {
            before.Over = alert.At;
            _standing.Remove(alert.Key);
            _touched.Add(before);
            if (alert.Resolved) alert = alert with { Resolves = new AlertBeginning(before.Alert.Id, before.Alert.At, before.Alert.Severity) };
        }

        var item = new OutboxItem(alert, ++_number) { Stage = stage };
        foreach (var channel in _channels.Values)
        {
            if (DeliveryOn(channel, alert, before) is { } delivery) item.To[channel.Name] = delivery;
        }

        _items[item.Number] = item;
        _touched.Add(item);
        if (item.Stands) _standing[alert.Key] = item;
        if (item.To.Count == 0) AlertLog.NoReceiver(_logger, alert.Id, alert.Kind);
        return item;
    }

    /// <summary>Whoever has heard of a beginning, or is about to, hears of its end, and nobody else.</summary>
    private Delivery? DeliveryOn(AlertChannel channel, Alert alert, OutboxItem? before)
    {
        // A channel that does not work cannot say so itself.
        if (alert is { Kind: AlertKinds.Channel } && alert.About == channel.Name) return null;
        if (alert.Resolved && before is not null)
            return before.To.TryGetValue(channel.Name, out var of) && of is Delivery.Sent or Delivery.Waits ? Delivery.Waits : null;
        if (!channel.Settings.Takes(alert)) return null;
        return _silences.Values.Any(silence => silence.Covers(alert, _time.GetUtcNow())) ? Delivery.Silenced : Delivery.Waits;
    }

    /// <summary>Puts an alert into the queues of its channels.</summary>
    private void Deliver(OutboxItem item)
    {
        foreach (var name in item.To.Where(to => to.Value == Delivery.Waits).Select(to => to.Key).ToList()) Enqueue(_channels[name], item);
    }

    private void Enqueue(AlertChannel channel, OutboxItem item)
    {
        channel.Waiting.AddLast(item);
        if (channel.Waiting.Count > MostWaiting) DropOne(channel);
        channel.Wake();
    }

    private void Settle(AlertChannel channel, OutboxItem item, Delivery delivery)
    {
        channel.Waiting.Remove(item);
        item.To[channel.Name] = delivery;
        _touched.Add(item);
        if (delivery == Delivery.Sent || item.Alert.Resolved) return;

        // Who never heard of a beginning need not hear of its end.
        for (var node = channel.Waiting.First; node is not null; node = node.Next)
        {
            if (node.Value.Alert.Resolves?.Id != item.Alert.Id) continue;
            Settle(channel, node.Value, Delivery.Skipped);
            return;
        }
    }

    /// <summary>The oldest one that a later one of the same key makes up for; when there is none, the oldest. Never the one that is being sent.</summary>
    private void DropOne(AlertChannel channel)
    {
        var later = new HashSet<string>(StringComparer.Ordinal);
        OutboxItem? oldest = null;
        for (var node = channel.Waiting.Last; node is not null && node != channel.Waiting.First; node = node.Previous)
        {
            if (!later.Add(node.Value.Alert.Key)) oldest = node.Value;
        }

        oldest ??= channel.Waiting.First!.Next!.Value;
        Drop(oldest, channel.Name, $"more than {MostWaiting} alerts wait for {channel.Name}");
        Write();
    }

    private void DropAll(AlertChannel channel, string why)
    {
        foreach (var item in channel.Waiting.ToList()) Drop(item, channel.Name, why, channel);
        Write();
    }

    private void Drop(OutboxItem item, string name, string why, AlertChannel? channel = null)
    {
        _dropped++;
        AlertLog.Dropped(_logger, item.Alert.Id, item.Alert.Kind, item.Alert.Sentence, why);
        channel ??= _channels.GetValueOrDefault(name);
        if (channel is not null)
        {
            channel.CountDropped();
            Settle(channel, item, Delivery.Skipped);
            return;
        }

        item.To[name] = Delivery.Skipped;
        _touched.Add(item);
    }
}
