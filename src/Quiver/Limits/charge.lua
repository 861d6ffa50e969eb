-- Charges several counters or none, or gives back what was charged. Returns whether it was granted, and each counter's state after it.
-- ARGV: now, 1 for a refund or 0, and for each key: kind, amount, capacity, current slot, oldest slot, slot of the refund, ms to live.
-- Times are microseconds; a bucket's amount, capacity and slot of the refund are times too. Numbers stay below 2^53.
local now, refund = tonumber(ARGV[1]), ARGV[2] == '1'
local counters, fits = {}, true

local function number(n) return string.format('%.0f', n) end

for i = 1, #KEYS do
  local at = 2 + (i - 1) * 7
  local c = {
    key = KEYS[i], bucket = ARGV[at + 1] == 'b', amount = tonumber(ARGV[at + 2]), capacity = tonumber(ARGV[at + 3]),
    current = tonumber(ARGV[at + 4]), oldest = tonumber(ARGV[at + 5]), refunded = tonumber(ARGV[at + 6]), ttl = ARGV[at + 7] }
  counters[i] = c
  if c.bucket then
    -- The time at which it is full: not in the past, and no more than a whole bucket ahead.
    local stored = tonumber(redis.call('GET', c.key) or now)
    c.full = math.min(math.max(stored, now), now + c.capacity)
    if stored > c.full then redis.call('SET', c.key, number(c.full), 'PX', c.ttl) end
    if c.amount > 0 and c.full + c.amount > now + c.capacity then fits = false end
  else
    c.slots, c.used = {}, 0
    local stored = redis.call('HGETALL', c.key)
    for j = 1, #stored, 2 do
      local slot, used = tonumber(stored[j]), tonumber(stored[j + 1])
      if slot < c.oldest then
        redis.call('HDEL', c.key, stored[j])
      else
        if slot > c.current then
          redis.call('HDEL', c.key, stored[j])
          redis.call('HINCRBY', c.key, number(c.current), number(used))
          slot = c.current
        end
        c.slots[slot] = (c.slots[slot] or 0) + used
        c.used = c.used + used
      end
    end
    if c.amount > 0 and c.used + c.amount > c.capacity then fits = false end
  end
end

local answer = { (refund or fits) and 1 or 0 }
for i = 1, #counters do
  local c = counters[i]
  if c.bucket then
    if refund then
      local missing = math.min(math.max(c.refunded + c.amount - now, 0), c.amount)
      c.full = math.max(now, c.full - missing)
    elseif fits then
      c.full = c.full + c.amount
    end
    if c.amount > 0 and (refund or fits) then redis.call('SET', c.key, number(c.full), 'PX', c.ttl) end
    answer[i + 1] = number(c.full) .. ':0'
  else
    local slot, change = c.current, 0
    if refund then
      slot = c.refunded
      change = -math.min(c.amount, c.slots[slot] or 0)
    elseif fits then
      change = c.amount
    end
    if change ~= 0 then
      redis.call('HINCRBY', c.key, number(slot), number(change))
      redis.call('PEXPIRE', c.key, c.ttl)
      c.slots[slot] = (c.slots[slot] or 0) + change
    end
    local order = {}
    for s in pairs(c.slots) do order[#order + 1] = s end
    table.sort(order)
    for j = 1, #order do order[j] = number(order[j]) .. ':' .. number(c.slots[order[j]]) end
    answer[i + 1] = table.concat(order, ' ')
  end
end
return answer
